#include <stdlib.h>
#include <string.h>
#include <uninorm.h>

#include "plan_reader.h"
#include "text.h"

enum { KEY_BYTES_MAX = 400, NAME_BYTES_MAX = 1000 };

/*
 * A name in the form it is looked up by: folded words apart by single spaces,
 * abbreviations written out, marks left out. The exact form keeps the
 * diacritics, for names that differ in nothing else ("Sơn Hà", "Sơn Hạ").
 */
struct name_entry {
	const char *key;
	const char *exact;
	const struct plan_party *party;
	int is_guess;
};

struct plan_names {
	struct name_entry *entries;
	size_t count;
};

struct abbreviation {
	const char *fold;
	const char *words;
};

static const struct abbreviation abbreviations[] = {
	{ "ubnd", "uy ban nhan dan" },
	{ "hdnd", "hoi dong nhan dan" },
	{ "ubmttq", "uy ban mat tran to quoc" },
	{ "mttq", "mat tran to quoc" },
	{ "vp", "van phong" },
	{ "vpubnd", "van phong uy ban nhan dan" },
	{ "tthc", "thu tuc hanh chinh" },
	{ "pvhcc", "phuc vu hanh chinh cong" },
	{ "hcc", "hanh chinh cong" },
	{ "ttpvhcc", "trung tam phuc vu hanh chinh cong" },
	{ "tt", "trung tam" },
	{ "khcn", "khoa hoc va cong nghe" },
	{ "nnmt", "nong nghiep va moi truong" },
	{ "vhttdl", "van hoa the thao va du lich" },
	{ "gddt", "giao duc va dao tao" },
	{ "dttg", "dan toc va ton giao" },
	{ "tttt", "thong tin va truyen thong" },
	{ "tnmt", "tai nguyen va moi truong" },
	{ "ldtbxh", "lao dong thuong binh va xa hoi" },
	{ "bql", "ban quan ly" },
	{ "kkt", "khu kinh te" },
	{ "kcn", "khu cong nghiep" },
	{ "ptth", "phat thanh truyen hinh" },
	{ "cq", "co quan" },
	{ "dv", "don vi" },
	{ 0 },
};

/* Names that say no particular agency; the directory's own come first. */
static const char *const open_names[] = {
	"cơ quan",
	"đơn vị",
	"cơ quan, đơn vị",
	"cơ quan, tổ chức",
	"cơ quan, tổ chức, đơn vị",
	"địa phương",
	"cơ quan, đơn vị, địa phương",
	"sở, ban, ngành",
	"sở, ngành",
	"sở, ban, ngành, đoàn thể",
	"tổ chức, cá nhân",
	"tổ chức",
	"doanh nghiệp",
	"xã, phường, đặc khu",
	"xã, phường",
	"cấp xã",
	NULL,
};

/* Words before a name that are no part of it. */
static const char *const determiners[] = { "tat ca cac", "toan the cac", "cac", "nhung",
					   "mot so",     "tung",         "moi", NULL };

static const char *const head_words[] = {
	"thu truong", "lanh dao", "nguoi dung dau", "giam doc", "truong", "chu tich", NULL,
};

static const char *written_out(const char *fold)
{
	for (const struct abbreviation *row = abbreviations; row->fold; row++) {
		if (!strcmp(row->fold, fold))
			return row->words;
	}
	return !strcmp(fold, "&") ? "va" : fold;
}

static int is_left_out(const struct plan_word *word)
{
	return word->kind == PLAN_MARK && *word->fold != '&';
}

/* Adds a word to a key; 0 when there is no room. */
static size_t key_add(char *key, size_t size, const char *word)
{
	size_t length = strlen(word);

	if (size + length + 2 > KEY_BYTES_MAX)
		return 0;
	if (size)
		key[size++] = ' ';
	memcpy(key + size, word, length + 1);
	return size + length;
}

static int is_tone(uint32_t code)
{
	return code == 0x300 || code == 0x301 || code == 0x303 || code == 0x309 || code == 0x323;
}

/* Letters with their marks, the tone at the end of the word: "Uỷ" as "Ủy". */
static size_t exact_word(char *out, struct plan_slice word)
{
	char tones[8] = { 0 };
	size_t tone_size = 0;
	size_t size = 0;

	for (size_t at = 0; at < word.length;) {
		uint32_t code;
		ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];

		at += text_next(word.text + at, word.length - at, &code);
		while (uc_canonical_decomposition(code, parts) == 2 && is_tone(parts[1])) {
			if (tone_size + 4 < sizeof(tones))
				tone_size += text_put(tones + tone_size, parts[1]);
			code = parts[0];
		}
		size += text_put(out + size, text_lower(code));
	}
	memcpy(out + size, tones, tone_size);
	return size + tone_size;
}

/* The exact form of the words from at to end. */
static char *exact_form(char *out, size_t room, const struct plan_words *words, size_t at, size_t end)
{
	size_t size = 0;

	for (; at < end; at++) {
		struct plan_slice word = words->items[at].at;

		if (is_left_out(&words->items[at]))
			continue;
		if (size + 2 * word.length + 8 > room)
			break;
		size += exact_word(out + size, word);
		out[size++] = ' ';
	}
	out[size] = 0;
	return out;
}

static int make_key(char *key, const struct plan_words *words, size_t at)
{
	size_t size = 0;

	for (; at < words->count; at++) {
		if (is_left_out(&words->items[at]))
			continue;
		size = key_add(key, size, written_out(words->items[at].fold));
		if (!size)
			return 0;
	}
	return size > 0;
}

static size_t skip_list(const struct plan_words *words, size_t at, size_t end, const char *const *list)
{
	for (; *list; list++) {
		size_t taken = plan_words_match(words, at, end, *list, NULL);

		if (taken)
			return taken;
	}
	return 0;
}

static int add_name(struct arena *arena, struct plan_words *words, struct plan_list *entries,
		    const struct plan_party *party, const char *name)
{
	char key[KEY_BYTES_MAX];
	char exact[NAME_BYTES_MAX];
	struct name_entry *entry;
	int is_guess = name && *name == '~';
	size_t from;

	if (!name)
		return 0;
	if (plan_words_read(arena, words, plan_slice_of(name + is_guess)))
		return -1;
	from = skip_list(words, 0, words->count, determiners);
	/* "các sở": the word alone would open the names of them all. */
	if (from + 1 == words->count)
		from = 0;
	if (!make_key(key, words, from))
		return 0;
	entry = plan_list_add(arena, entries);
	if (!entry)
		return -1;
	entry->key = arena_strdup(arena, key);
	entry->exact = arena_strdup(arena, exact_form(exact, sizeof(exact), words, from, words->count));
	entry->party = party;
	entry->is_guess = is_guess;
	return entry->key && entry->exact ? 0 : -1;
}

static int add_party(struct arena *arena, struct plan_words *words, struct plan_list *entries,
		     const struct plan_party *party)
{
	if (add_name(arena, words, entries, party, party->name) ||
	    add_name(arena, words, entries, party, party->short_name))
		return -1;
	for (size_t i = 0; i < party->alias_count; i++) {
		if (add_name(arena, words, entries, party, party->aliases[i]))
			return -1;
	}
	return 0;
}

static int compare_entries(const void *left, const void *right)
{
	const struct name_entry *a = left, *b = right;
	int order = strcmp(a->key, b->key);

	if (order)
		return order;
	if (!a->party != !b->party)
		return a->party ? -1 : 1;
	return a->is_guess - b->is_guess;
}

struct plan_names *plan_names_new(struct arena *arena, const struct plan_directory *directory)
{
	struct plan_names *names = arena_alloc(arena, sizeof(*names));
	struct plan_list entries = { .size = sizeof(struct name_entry) };
	struct plan_words words = { 0 };

	if (!names)
		return NULL;
	for (size_t i = 0; directory && i < directory->party_count; i++) {
		if (add_party(arena, &words, &entries, &directory->parties[i]))
			return NULL;
	}
	for (const char *const *name = open_names; *name; name++) {
		if (add_name(arena, &words, &entries, NULL, *name))
			return NULL;
	}
	names->entries = entries.items;
	names->count = entries.count;
	qsort(names->entries, names->count, sizeof(*names->entries), compare_entries);
	return names;
}

/* The first entry from low to high whose key does not come before the prefix, or after it when is_after. */
static size_t bound_of(const struct plan_names *names, size_t low, size_t high, const char *prefix,
		       int is_after)
{
	size_t length = strlen(prefix);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strncmp(names->entries[middle].key, prefix, length);

		if (order < 0 || (is_after && !order))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Chooses among entries of one key. */
static void choose(const struct plan_names *names, size_t entry, const struct plan_words *words, size_t at,
		   size_t end, struct plan_party_match *match)
{
	const struct name_entry *first = &names->entries[entry];
	const struct name_entry *entries = names->entries;
	char exact[NAME_BYTES_MAX];

	match->party = first->party;
	match->is_guess = first->is_guess;
	match->is_ambiguous = 0;
	exact_form(exact, sizeof(exact), words, at, end);
	for (; entry < names->count && !strcmp(entries[entry].key, first->key); entry++) {
		const struct name_entry *other = &entries[entry];

		if (other->party && !strcmp(other->exact, exact)) {
			match->party = other->party;
			match->is_guess = other->is_guess;
			match->is_ambiguous = 0;
			return;
		}
		if (other->party && other->party != first->party && other->is_guess == first->is_guess)
			match->is_ambiguous = 1;
	}
}

static struct plan_party_match match_name(const struct plan_names *names, const struct plan_words *words,
					  size_t at, size_t end)
{
	struct plan_party_match match = { 0 };
	char key[KEY_BYTES_MAX] = "";
	size_t low = 0, high = names->count, size = 0;

	for (size_t i = at; i < end && low < high; i++) {
		const struct plan_word *word = &words->items[i];

		if (is_left_out(word)) {
			if (i == at || !strchr(",-/", *word->fold))
				break;
			continue;
		}
		size = key_add(key, size, written_out(word->fold));
		if (!size)
			break;
		low = bound_of(names, low, high, key, 0);
		high = bound_of(names, low, high, key, 1);
		if (low < high && !strcmp(names->entries[low].key, key)) {
			match.words = i + 1 - at;
			choose(names, low, words, at, i + 1, &match);
		}
	}
	return match;
}

struct plan_party_match plan_names_match(const struct plan_names *names, const struct plan_words *words,
					 size_t at, size_t end)
{
	size_t determiner = skip_list(words, at, end, determiners);
	size_t head = skip_list(words, at, end, head_words);
	struct plan_party_match match = match_name(names, words, at, end);
	struct plan_party_match other;
	size_t skipped = determiner;

	/* "các sở" is a name and opens "các sở, ban, ngành". */
	if (match.words && !determiner)
		return match;
	if (head && !match.words)
		skipped = head + skip_list(words, at + head, end, determiners);
	if (!skipped)
		return match;
	other = match_name(names, words, at + skipped, end);
	if (!other.words || other.words + skipped <= match.words)
		return match;
	other.words += skipped;
	other.is_head = head > 0;
	return other;
}
