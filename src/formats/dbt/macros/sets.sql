{% macro any_value(expression) -%}
  {%- do return(adapter.dispatch('any_value', 'dbt')(expression)) -%}
{%- endmacro %}

{% macro default__any_value(expression) -%}
  any_value({{ expression }})
{%- endmacro %}

{% macro bool_or(expression) -%}
  {%- do return(adapter.dispatch('bool_or', 'dbt')(expression)) -%}
{%- endmacro %}

{% macro default__bool_or(expression) -%}
  bool_or({{ expression }})
{%- endmacro %}

{% macro listagg(measure, delimiter_text="','", order_by_clause=none, limit_num=none) -%}
  {%- do return(adapter.dispatch('listagg', 'dbt')(measure, delimiter_text, order_by_clause, limit_num)) -%}
{%- endmacro %}

{% macro default__listagg(measure, delimiter_text="','", order_by_clause=none, limit_num=none) -%}
  {%- if limit_num is not none -%}{%- do exceptions.raise_compiler_error('listagg with a limit is not available') -%}{%- endif -%}
  string_agg({{ measure }}, {{ delimiter_text }}{{ ' ' ~ order_by_clause if order_by_clause is not none }})
{%- endmacro %}

{% macro except() -%}
  {%- do return(adapter.dispatch('except', 'dbt')()) -%}
{%- endmacro %}

{% macro default__except() -%}
  except
{%- endmacro %}

{% macro intersect() -%}
  {%- do return(adapter.dispatch('intersect', 'dbt')()) -%}
{%- endmacro %}

{% macro default__intersect() -%}
  intersect
{%- endmacro %}

{% macro equals(expr1, expr2) -%}
  {%- do return(adapter.dispatch('equals', 'dbt')(expr1, expr2)) -%}
{%- endmacro %}

{% macro default__equals(expr1, expr2) -%}
  ({{ expr1 }} is not distinct from {{ expr2 }})
{%- endmacro %}

{% macro array_construct(inputs=[], data_type='integer') -%}
  {%- do exceptions.raise_compiler_error('There are no arrays here; use a table of the elements') -%}
{%- endmacro %}

{% macro array_append(array, new_element) -%}
  {%- do exceptions.raise_compiler_error('There are no arrays here; use a table of the elements') -%}
{%- endmacro %}

{% macro array_concat(array_1, array_2) -%}
  {%- do exceptions.raise_compiler_error('There are no arrays here; use a table of the elements') -%}
{%- endmacro %}
