#include "plan_duty.h"

#define NAME_OF(name, text) [PLAN_##name] = text,

const char *plan_role_name(enum plan_role role)
{
	static const char *const names[] = { PLAN_ROLES(NAME_OF) };

	return names[role];
}

struct verb {
	const char *words;
	enum plan_role role;
	int is_plain; /* a duty in itself */
};

#define ROLE(text, of, plain)                                \
	{                                                    \
		.words = text, .role = of, .is_plain = plain \
	}
#define VERB(text)                                    \
	{                                             \
		.words = text, .role = PLAN_IMPLEMENT \
	}

static const struct verb verbs[] = {
	ROLE("chu tri", PLAN_LEAD, 1),
	ROLE("phoi hop", PLAN_COOPERATE, 1),
	ROLE("dong chu tri", PLAN_LEAD, 1),
	ROLE("ct", PLAN_LEAD, 1),
	ROLE("c / t", PLAN_LEAD, 1),
	ROLE("ph", PLAN_COOPERATE, 1),
	ROLE("p / h", PLAN_COOPERATE, 1),
	ROLE("chiu trach nhiem chinh", PLAN_LEAD, 1),
	ROLE("ho tro", PLAN_COOPERATE, 1),
	ROLE("tham tra", PLAN_APPRAISE, 0),
	ROLE("theo doi", PLAN_MONITOR, 0),
	ROLE("don doc", PLAN_MONITOR, 0),
	ROLE("huong dan", PLAN_MONITOR, 0),
	ROLE("kiem tra", PLAN_MONITOR, 0),
	ROLE("giam sat", PLAN_MONITOR, 0),
	ROLE("tham dinh", PLAN_APPRAISE, 0),
	ROLE("co y kien", PLAN_APPRAISE, 0),
	ROLE("cho y kien", PLAN_APPRAISE, 0),
	ROLE("kiem soat chat luong", PLAN_APPRAISE, 0),
	ROLE("gop y", PLAN_APPRAISE, 0),
	ROLE("tham gia", PLAN_COOPERATE, 0),
	ROLE("thuc hien", PLAN_IMPLEMENT, 1),
	ROLE("trien khai thuc hien", PLAN_IMPLEMENT, 1),
	ROLE("to chuc thuc hien", PLAN_IMPLEMENT, 1),
	VERB("tong hop"),
	VERB("tiep nhan"),
	VERB("tuyen truyen"),
	VERB("trien khai"),
	VERB("to chuc"),
	VERB("tham muu"),
	VERB("xay dung"),
	VERB("ban hanh"),
	VERB("ra soat"),
	VERB("bao cao"),
	VERB("cong bo"),
	VERB("cong khai"),
	VERB("cung cap"),
	VERB("cap nhat"),
	VERB("dang tai"),
	VERB("niem yet"),
	VERB("chiu trach nhiem"),
	VERB("trinh"),
	VERB("xu ly"),
	VERB("giai quyet"),
	VERB("danh gia"),
	VERB("ket noi"),
	VERB("dam bao"),
	VERB("bao dam"),
	VERB("thiet lap"),
	VERB("quan ly"),
	VERB("van hanh"),
	VERB("nang cap"),
	VERB("bo tri"),
	VERB("de xuat"),
	VERB("lap"),
	VERB("gui"),
	VERB("tra loi"),
	VERB("thong ke"),
	VERB("chi dao"),
	VERB("day manh"),
	VERB("tang cuong"),
	VERB("thuong xuyen"),
	VERB("chu dong"),
	VERB("phe duyet"),
	VERB("dau moi"),
	VERB("lam dau moi"),
	VERB("quyet dinh"),
	VERB("so hoa"),
	VERB("khai thac"),
	VERB("soan thao"),
	VERB("du thao"),
	VERB("tu kiem tra"),
	VERB("van dong"),
	VERB("dao tao"),
	VERB("tap huan"),
	VERB("cu"),
	VERB("hoan thanh"),
	VERB("duoc giao"),
	{ 0 },
};

struct restriction {
	const char *words;
	int is_clause;
};

/* The first that fits decides. */
static const struct restriction restrictions[] = {
	{ "duoc giao chu tri soan thao", 1 },
	{ "duoc giao chu tri xay dung", 1 },
	{ "duoc giao soan thao", 1 },
	{ "duoc giao xay dung", 1 },
	{ "co tham quyen", 1 },
	{ "co chuc nang", 1 },
	{ "co thu tuc", 1 },
	{ "co tthc", 1 },
	{ "truc tiep", 1 },
	{ "co lien quan", 0 },
	{ "lien quan", 0 },
	{ "khac", 0 },
	{ "tren dia ban tinh", 0 },
	{ "tren dia ban", 0 },
	{ "truc thuoc", 0 },
	{ "thuoc", 0 },
	{ "cua", 0 },
	{ "dong tai", 0 },
	{ "tai", 0 },
	{ "cac cap", 0 },
	{ "cap tinh", 0 },
	{ "cap xa", 0 },
	{ "tinh", 0 },
	{ "neu tren", 0 },
	{ "theo chuc nang", 1 },
	{ 0 },
};

static const char *const role_labels[] = {
	"co quan|don vi? chu tri :",
	"co quan|don vi? phoi hop :",
	"chu tri :",
	"phoi hop :",
	"don vi chu tri :",
	"don vi phoi hop :",
	"theo doi :",
	"tham muu :",
	"giam sat :",
	"kiem tra :",
	"tham dinh :",
	"co quan|don vi thuc hien :",
	"don vi thuc hien :",
	"thuc hien :",
	"don vi theo doi :",
	NULL,
};

static const char *const heads[] = {
	"so",
	"uy ban",
	"ubnd",
	"hdnd",
	"van phong",
	"vp",
	"vpubnd",
	"cong an",
	"trung tam",
	"ttpvhcc",
	"cuc",
	"chi cuc",
	"thue",
	"bao",
	"dai",
	"thanh tra",
	"kho bac",
	"bao hiem",
	"ngan hang",
	"hoi",
	"mat tran",
	"doan",
	"lien doan",
	"bo",
	"vien",
	"truong",
	"cong ty",
	"co quan",
	"don vi",
	"dia phuong",
	"to cong tac",
	"phong",
	"ban quan ly",
	"bql",
	"ban chi dao",
	"ban dan toc",
	"ban to chuc",
	"ban tuyen giao",
	"ban chi huy",
	"thu truong",
	"lanh dao",
	"chu tich",
	"nguoi dung dau",
	"giam doc",
	"cac so",
	"cac co quan",
	"cac don vi",
	"cac dia phuong",
	"cac to chuc",
	"cac phong",
	"cac hoi",
	"doanh nghiep",
	"toa an",
	"vien kiem sat",
	"tap doan",
	"buu dien",
	"vnpt",
	"viettel",
	"benh vien",
	"cac ban",
	"cac xa",
	"cac ubnd",
	"cac bo",
	"cac nganh",
	"cac doanh nghiep",
	"cac truong",
	NULL,
};

static const struct verb *verb_row(const struct plan_words *words, size_t at, size_t end, size_t *ret_taken)
{
	const struct verb *best = NULL;

	*ret_taken = 0;
	for (const struct verb *verb = verbs; verb->words; verb++) {
		size_t taken = plan_words_match(words, at, end, verb->words, NULL);

		if (taken > *ret_taken) {
			*ret_taken = taken;
			best = verb;
		}
	}
	return best;
}

size_t plan_verb_at(const struct plan_words *words, size_t at, size_t end)
{
	size_t taken = 0;

	if (at < end && words->items[at].kind == PLAN_WORD)
		verb_row(words, at, end, &taken);
	return taken;
}

size_t plan_plain_verb_at(const struct plan_words *words, size_t at, size_t end)
{
	size_t taken;
	const struct verb *verb = verb_row(words, at, end, &taken);

	return verb && verb->is_plain ? taken : 0;
}

size_t plan_restriction_at(const struct plan_words *words, size_t at, size_t end, int *ret_is_clause)
{
	for (const struct restriction *row = restrictions; row->words; row++) {
		size_t taken = plan_words_match(words, at, end, row->words, NULL);

		if (taken) {
			*ret_is_clause = row->is_clause;
			return taken;
		}
	}
	return 0;
}

size_t plan_cooperation_at(const struct plan_words *words, size_t at, size_t end)
{
	return plan_words_match(words, at, end, "phoi hop cung? voi|cung?", NULL);
}

size_t plan_role_label_at(const struct plan_words *words, size_t at, size_t end)
{
	for (const char *const *label = role_labels; *label; label++) {
		size_t taken = plan_words_match(words, at, end, *label, NULL);

		if (taken)
			return taken;
	}
	return 0;
}

int plan_head_at(const struct plan_words *words, size_t at, size_t end)
{
	for (const char *const *head = heads; *head; head++) {
		if (plan_words_match(words, at, end, *head, NULL))
			return 1;
	}
	return 0;
}

enum plan_role plan_duty_role(const struct plan_words *words, size_t at, size_t end, int *ret_known)
{
	*ret_known = 1;
	for (; at < end; at++) {
		size_t taken;
		const struct verb *verb = verb_row(words, at, end, &taken);

		/* "được giao chủ trì": what they were given counts. */
		if (verb && !plan_words_match(words, at, end, "duoc giao", NULL) &&
		    !plan_words_match(words, at, end, "thuong xuyen", NULL) &&
		    !plan_words_match(words, at, end, "chu dong", NULL))
			return verb->role;
	}
	*ret_known = 0;
	return PLAN_IMPLEMENT;
}
