{% macro statement(name=none, fetch_result=false, auto_begin=true, language='sql') -%}
  {%- if execute -%}
    {%- set response, table = adapter.execute(caller(), fetch=fetch_result) -%}
    {%- if name is not none -%}{%- do store_result(name, response=response, agate_table=table) -%}{%- endif -%}
  {%- endif -%}
{%- endmacro %}

{% macro run_query(sql) -%}
  {%- call statement('run_query_statement', fetch_result=true) -%}{{ sql }}{%- endcall -%}
  {%- set result = load_result('run_query_statement') -%}
  {%- do return(result.table if result else none) -%}
{%- endmacro %}

{% macro load_relation(relation) -%}
  {%- do return(adapter.load_relation(relation)) -%}
{%- endmacro %}

{% macro load_cached_relation(relation) -%}
  {%- do return(adapter.load_relation(relation)) -%}
{%- endmacro %}

{% macro get_columns_in_relation(relation) -%}
  {%- do return(adapter.get_columns_in_relation(relation)) -%}
{%- endmacro %}

{% macro should_full_refresh() -%}
  {%- set setting = config.get('full_refresh') -%}
  {%- do return(flags.FULL_REFRESH if setting is none else setting) -%}
{%- endmacro %}

{% macro is_incremental() -%}
  {%- if not execute -%}{%- do return(false) -%}{%- endif -%}
  {%- set existing = adapter.load_relation(this) -%}
  {%- do return(existing is not none and existing.is_table and model.config.materialized == 'incremental'
                and not should_full_refresh()) -%}
{%- endmacro %}
