#ifndef KSTTHC_PLAN_DUTY_H
#define KSTTHC_PLAN_DUTY_H

#include "plan_reader.h"

/* The words a duty or a restriction of a name opens with; each returns how many words it takes. */

/* A verb of any duty. Verbs in names ("Sở Xây dựng") are told by their capitals. */
size_t plan_verb_at(const struct plan_words *words, size_t at, size_t end);

/* A verb that can stand for the whole duty: "chủ trì", "phối hợp", "thực hiện". */
size_t plan_plain_verb_at(const struct plan_words *words, size_t at, size_t end);

/* "liên quan", "có thẩm quyền"; is_clause when verbs after it are still the name's. */
size_t plan_restriction_at(const struct plan_words *words, size_t at, size_t end, int *ret_is_clause);

/* "phối hợp với": names follow. */
size_t plan_cooperation_at(const struct plan_words *words, size_t at, size_t end);

/* "Cơ quan chủ trì:" before names. */
size_t plan_role_label_at(const struct plan_words *words, size_t at, size_t end);

/* The role of the duty's first verb; ret_known is 0 when none is known. */
enum plan_role plan_duty_role(const struct plan_words *words, size_t at, size_t end, int *ret_known);

/* Whether a word opens names of agencies: "Sở", "Ủy ban". */
int plan_head_at(const struct plan_words *words, size_t at, size_t end);

#endif
