-- Search in Vietnamese, with or without diacritics: "ra soat" finds "rà soát",
-- "rà soát" does not find "rá soát". Each word stands in the vector twice at
-- the same position, as written and folded, so the words of a query are taken
-- as they are typed. Built-in functions only; the ICU collation makes lower()
-- the same whatever the server's locale.

create function search_words(value text) returns text
language sql immutable strict parallel safe
return trim(regexp_replace(lower(normalize(left(value, 50000), NFC) collate "und-x-icu"),
	'[^[:alnum:]]+' collate "und-x-icu", ' ', 'g'));
comment on function search_words is 'Lower-case words separated by single spaces.';

create function search_fold(value text) returns text
language sql immutable strict parallel safe
return replace(regexp_replace(normalize(value, NFD), '[\u0300-\u036f]', '', 'g'), 'đ', 'd');
comment on function search_fold is 'Of lower-case text: without diacritics.';

create function search_vector(value text) returns tsvector
language plpgsql immutable parallel safe as $$
declare
	words text := kstthc.search_words(coalesce(value, ''));
	entries text;
begin
	-- Names with their schema: a restore computes generated columns with an empty search_path.
	-- A tsvector holds words of at most 2,046 bytes and 1 MB in all: hence the cuts.
	select string_agg(form || ':' || least(position, 16383), ' ') into entries
	from unnest(string_to_array(words, ' '), string_to_array(kstthc.search_fold(words), ' '))
		with ordinality as word (written, folded, position),
		lateral (select left(written, 100) as form union select left(folded, 100)) forms
	where form <> '';
	return coalesce(entries, '')::tsvector;
end $$;

create function search_query(value text) returns tsquery
language sql immutable parallel safe
return (select string_agg(phrase, ' & ')::tsquery
	from (
		select '(' || (select string_agg(left(word, 100), ' <-> ' order by position)
				from unnest(string_to_array(search_words(part), ' ')) with ordinality as words (word, position)) || ':*)' as phrase
		from unnest(string_to_array(left(value, 200), ',')) as part
		where search_words(part) <> ''
	) phrases);
comment on function search_query is
	'The words as one phrase, the last may be a beginning; phrases separated by commas must all occur. Null without a word.';

grant execute on function search_words, search_fold, search_vector, search_query to kstthc_service, kstthc_public;
