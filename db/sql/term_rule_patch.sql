-- $1 code, $2 merge patch {value, legal_basis}, $3 versions that may be changed (null: any)
select outcome, errors, body_json as body, rule_version as version
from term_rule_patch($1, $2::jsonb, $3::bigint[])
