{# What dbt_utils asks of a database's catalogue, or in a way that SQLite cannot answer. #}
{% macro sqlite__get_tables_by_pattern_sql(schema_pattern, table_pattern, exclude='', database=target.database) %}
  select column1 as table_schema, column2 as table_name, column3 as table_type
  from (
    values ('', '', '')
    {%- for relation in adapter.list_relations() %}
    , ('{{ relation.schema }}', '{{ relation.identifier }}', '{{ relation.type }}')
    {%- endfor %}
  ) as relations
  where column1 ilike '{{ schema_pattern }}' and column2 ilike '{{ table_pattern }}'
    and column2 not ilike '{{ exclude }}' and column2 <> ''
{% endmacro %}

{% macro sqlite__generate_series(upper_bound) %}
  {{ return(dbt.default__generate_series(upper_bound)) }}
{% endmacro %}

{% macro sqlite__date_spine(datepart, start_date, end_date) %}
  {{ return(dbt.default__date_spine(datepart, start_date, end_date)) }}
{% endmacro %}
