-- $1 code
select term_rule_json(r)::text as body, r.version from term_rule r where r.code = $1
