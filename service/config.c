#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum setting_type {
	SETTING_ADDRESS,
	SETTING_TEXT,
	SETTING_INTEGER,
	SETTING_DATE,
	SETTING_CHOICE,
	SETTING_RATE
};

/* Such that the time for one is a nanosecond at least. */
#define RATE_MAX_COUNT 1000000000
#define RATE_MAX_SECONDS 86400

struct setting {
	const char *name;
	enum setting_type type;
	size_t offset;
	const char *fallback; /* NULL: see config_read() */
	int64_t min;
	int64_t max;
	bool secret;
	const char *meaning;
	const char *choices; /* of SETTING_CHOICE, separated by '|' */
};

#define AT(member) offsetof(struct config, member)

static const struct setting settings[] = {
	{ "KSTTHC_LISTEN", SETTING_ADDRESS, AT(listen), "127.0.0.1:8080",
	  .meaning = "front door, address:port" },
	{ "KSTTHC_BULK_LISTEN", SETTING_ADDRESS, AT(bulk_listen), NULL,
	  .meaning = "back door; without it the front door's address and next port" },
	{ "KSTTHC_DATABASE_URL", SETTING_TEXT, AT(database_url), "", .secret = true,
	  .meaning = "the service's libpq connection string" },
	{ "KSTTHC_MIGRATE_URL", SETTING_TEXT, AT(migrate_url), "", .secret = true,
	  .meaning = "the owner's connection string, for migrate and seed; empty: the service's" },
	{ "KSTTHC_TODAY", SETTING_DATE, AT(today), "", .meaning = "a date to take for today, for tests" },
	{ "KSTTHC_WORKERS", SETTING_INTEGER, AT(workers), "16", 1, 512,
	  .meaning = "threads of the front door, each with one database connection" },
	{ "KSTTHC_BULK_WORKERS", SETTING_INTEGER, AT(bulk_workers), "2", 1, 64,
	  .meaning = "threads of the back door" },
	{ "KSTTHC_CONNECTIONS", SETTING_INTEGER, AT(connections), "4096", 16, 1000000,
	  .meaning = "connections held at the front door" },
	{ "KSTTHC_CONNECTIONS_PER_ADDRESS", SETTING_INTEGER, AT(connections_per_address), "0", 0, 1000000,
	  .meaning = "of them from one address, unless it is a trusted proxy's; 0: no limit" },
	{ "KSTTHC_BULK_CONNECTIONS", SETTING_INTEGER, AT(bulk_connections), "16", 1, 1024,
	  .meaning = "connections held at the back door" },
	{ "KSTTHC_TRUSTED_PROXIES", SETTING_TEXT, AT(trusted_proxies), "",
	  .meaning = "proxies that are believed who asks: addresses and networks, separated by commas" },
	{ "KSTTHC_FORWARDED_HEADER", SETTING_CHOICE, AT(forwarded_header), "x-forwarded-for",
	  .choices = "x-forwarded-for|forwarded", .meaning = "the header in which they say it" },
	{ "KSTTHC_CORS_ORIGINS", SETTING_TEXT, AT(cors_origins), "",
	  .meaning = "origins whose pages may use the service, separated by commas, or *" },
	{ "KSTTHC_LIMIT_PUBLIC", SETTING_RATE, AT(limit_public), "1800/60",
	  .meaning = "requests without a token from one address, count/seconds or off" },
	{ "KSTTHC_LIMIT_READ", SETTING_RATE, AT(limit_read), "6000/60",
	  .meaning = "GET and HEAD of one caller" },
	{ "KSTTHC_LIMIT_WRITE", SETTING_RATE, AT(limit_write), "600/60",
	  .meaning = "other methods of one caller" },
	{ "KSTTHC_LIMIT_BULK", SETTING_RATE, AT(limit_bulk), "60/60",
	  .meaning = "requests at the back door of one caller, or without a token of one address" },
	{ "KSTTHC_LIMIT_REFUSED", SETTING_RATE, AT(limit_refused), "300/60",
	  .meaning = "tokens that are not accepted, from one address" },
	{ "KSTTHC_LIMIT_LOGIN", SETTING_RATE, AT(limit_login), "30/60",
	  .meaning = "requests for tokens from one address, and of one program" },
	{ "KSTTHC_LIMIT_ENTRIES", SETTING_INTEGER, AT(limit_entries), "65536", 64, 10000000,
	  .meaning = "callers and addresses remembered for the limits, 24 bytes each" },
	{ "KSTTHC_IDLE_SECONDS", SETTING_INTEGER, AT(idle_seconds), "60", 1, 3600,
	  .meaning = "a silent connection is closed after" },
	{ "KSTTHC_READ_TIMEOUT_MS", SETTING_INTEGER, AT(read_timeout_ms), "1000", 10, 60000,
	  .meaning = "statement timeout of reads" },
	{ "KSTTHC_WRITE_TIMEOUT_MS", SETTING_INTEGER, AT(write_timeout_ms), "3000", 10, 60000,
	  .meaning = "statement timeout of writes" },
	{ "KSTTHC_BULK_TIMEOUT_MS", SETTING_INTEGER, AT(bulk_timeout_ms), "60000", 10, 3600000,
	  .meaning = "statement timeout at the back door" },
	{ "KSTTHC_LOCK_TIMEOUT_MS", SETTING_INTEGER, AT(lock_timeout_ms), "800", 1, 60000,
	  .meaning = "how long a statement waits for a lock" },
	{ "KSTTHC_STOP_SECONDS", SETTING_INTEGER, AT(stop_seconds), "10", 1, 600,
	  .meaning = "how long requests in flight may take after SIGTERM" },
	{ "KSTTHC_TOKEN_KEYS", SETTING_TEXT, AT(token_keys), "",
	  .meaning = "keys that verify tokens: kid=HS256|RS256|ES256:file, separated by commas" },
	{ "KSTTHC_TOKEN_ISSUER", SETTING_TEXT, AT(token_issuer), "kstthc",
	  .meaning = "iss that tokens must have" },
	{ "KSTTHC_TOKEN_AUDIENCE", SETTING_TEXT, AT(token_audience), "kstthc",
	  .meaning = "aud that tokens must have" },
	{ "KSTTHC_TOKEN_ROLE_CLAIM", SETTING_TEXT, AT(token_role_claim), "roles",
	  .meaning = "claim that holds the roles" },
	{ "KSTTHC_TOKEN_AGENCY_CLAIM", SETTING_TEXT, AT(token_agency_claim), "agency",
	  .meaning = "claim that holds the agency's code" },
	{ "KSTTHC_TOKEN_LEEWAY_SECONDS", SETTING_INTEGER, AT(token_leeway_seconds), "30", 0, 600,
	  .meaning = "by how much clocks may differ" },
	{ "KSTTHC_TOKEN_CACHE_ENTRIES", SETTING_INTEGER, AT(token_cache_entries), "8192", 64, 10000000,
	  .meaning = "verified tokens remembered" },
	{ "KSTTHC_CLIENT_TOKEN_SECONDS", SETTING_INTEGER, AT(client_token_seconds), "900", 60, 3600,
	  .meaning = "how long a token that a program got is good" },
	{ "KSTTHC_SIGNING_KEY", SETTING_TEXT, AT(signing_key), "",
	  .meaning = "kid=ES256:file of our own signing key; empty: the one in the database" },
	{ "KSTTHC_ISSUERS", SETTING_TEXT, AT(issuers), "",
	  .meaning = "JSON file of foreign issuers whose tokens are accepted; empty: none" },
	{ "KSTTHC_KEYS_SECONDS", SETTING_INTEGER, AT(keys_seconds), "60", 1, 3600,
	  .meaning = "keys are read again after" },
	{ "KSTTHC_KEYS_PAUSE_SECONDS", SETTING_INTEGER, AT(keys_pause_seconds), "5", 1, 600,
	  .meaning = "between two readings of an issuer's keys for tokens whose key is not known" },
	{ "KSTTHC_KEYS_STALE_SECONDS", SETTING_INTEGER, AT(keys_stale_seconds), "86400", 1, 2592000,
	  .meaning = "keys of an issuer that does not answer are given up after" },
	{ "KSTTHC_FETCH_TIMEOUT_MS", SETTING_INTEGER, AT(fetch_timeout_ms), "2000", 100, 10000,
	  .meaning = "how long an issuer may take to give its keys" },
};

#define SETTING_COUNT (sizeof(settings) / sizeof(settings[0]))

static void *at(const struct config *config, const struct setting *setting)
{
	return (char *)(uintptr_t)config + setting->offset;
}

static bool parse_integer(const char *text, int64_t min, int64_t max, int64_t *ret_value)
{
	char *end;
	intmax_t value;

	if (!*text || strlen(text) > 18 || text[strspn(text, "0123456789")])
		return false;
	value = strtoimax(text, &end, 10);
	if (*end || value < min || value > max)
		return false;
	*ret_value = value;
	return true;
}

/* "127.0.0.1:8080" or "[::1]:8080". */
static bool parse_address(const char *text, struct sockaddr_storage *ret_address)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN + 2];
	size_t length;
	int64_t port;

	if (!colon || (size_t)(colon - text) >= sizeof(host) || !parse_integer(colon + 1, 1, 65535, &port))
		return false;
	length = (size_t)(colon - text);
	memcpy(host, text, length);
	host[length] = '\0';
	if (length > 2 && host[0] == '[' && host[length - 1] == ']') {
		host[length - 1] = '\0';
		in6.sin6_port = htons((uint16_t)port);
		if (inet_pton(AF_INET6, host + 1, &in6.sin6_addr) != 1)
			return false;
		memcpy(ret_address, &in6, sizeof(in6));
	} else {
		in4.sin_port = htons((uint16_t)port);
		if (inet_pton(AF_INET, host, &in4.sin_addr) != 1)
			return false;
		memcpy(ret_address, &in4, sizeof(in4));
	}
	return true;
}

static bool is_date(const char *text)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t year, month, day;
	char part[5];

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
		return false;
	memcpy(part, text, 4);
	part[4] = '\0';
	if (!parse_integer(part, 1900, 2199, &year))
		return false;
	memcpy(part, text + 5, 2);
	part[2] = '\0';
	if (!parse_integer(part, 1, 12, &month) || !parse_integer(text + 8, 1, 31, &day))
		return false;
	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return day <= 29;
	return day <= days[month - 1];
}

/* "1800/60" or "off". */
static bool parse_rate(const char *text, struct rate *ret_rate)
{
	const char *slash = strchr(text, '/');
	struct rate rate = { 0 };
	char count[20];

	if (strcmp(text, "off") != 0) {
		if (!slash || (size_t)(slash - text) >= sizeof(count))
			return false;
		memcpy(count, text, (size_t)(slash - text));
		count[slash - text] = '\0';
		if (!parse_integer(count, 1, RATE_MAX_COUNT, &rate.count) ||
		    !parse_integer(slash + 1, 1, RATE_MAX_SECONDS, &rate.seconds))
			return false;
	}
	*ret_rate = rate;
	return true;
}

static bool is_choice(const char *choices, const char *text)
{
	size_t length = strlen(text);

	if (strchr(text, '|'))
		return false;
	for (const char *at = choices; length && at; at = strchr(at, '|')) {
		at += *at == '|';
		if (strncmp(at, text, length) == 0 && (at[length] == '|' || !at[length]))
			return true;
	}
	return false;
}

static bool setting_read(const struct setting *setting, const char *text, struct config *config, FILE *errors)
{
	const char **ret_text = at(config, setting);

	switch (setting->type) {
	case SETTING_ADDRESS:
		if (parse_address(text, at(config, setting)))
			return true;
		fprintf(errors,
			"kstthc: %s is \"%s\": it must be an address and a port such as 127.0.0.1:8080 or [::1]:8080\n",
			setting->name, text);
		return false;
	case SETTING_INTEGER:
		if (parse_integer(text, setting->min, setting->max, at(config, setting)))
			return true;
		fprintf(errors,
			"kstthc: %s is \"%s\": it must be a whole number from %" PRId64 " to %" PRId64 "\n",
			setting->name, text, setting->min, setting->max);
		return false;
	case SETTING_DATE:
		*ret_text = *text ? text : NULL;
		if (!*text || is_date(text))
			return true;
		fprintf(errors, "kstthc: %s is \"%s\": it must be a date such as 2025-08-15\n", setting->name,
			text);
		return false;
	case SETTING_CHOICE:
		*ret_text = text;
		if (is_choice(setting->choices, text))
			return true;
		fprintf(errors, "kstthc: %s is \"%s\": it must be one of %s\n", setting->name, text,
			setting->choices);
		return false;
	case SETTING_RATE:
		if (parse_rate(text, at(config, setting)))
			return true;
		fprintf(errors,
			"kstthc: %s is \"%s\": it must be a count and seconds such as 1800/60 (at most %d in %d seconds), or off\n",
			setting->name, text, RATE_MAX_COUNT, RATE_MAX_SECONDS);
		return false;
	case SETTING_TEXT:
		*ret_text = text;
		return true;
	}
	return false;
}

static bool next_port(const struct sockaddr_storage *from, struct sockaddr_storage *ret_address)
{
	struct sockaddr_in in;
	unsigned port;

	/* Both families keep the port at the same place. */
	memcpy(&in, from, sizeof(in));
	port = ntohs(in.sin_port) + 1u;
	if (port > 65535)
		return false;
	in.sin_port = htons((uint16_t)port);
	*ret_address = *from;
	memcpy(ret_address, &in, sizeof(in));
	return true;
}

enum err config_read(struct config *ret_config, FILE *errors)
{
	struct config config = { 0 };
	bool good = true;

	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const char *value = getenv(settings[i].name);

		if (!value || (!*value && settings[i].type != SETTING_TEXT))
			value = settings[i].fallback;
		if (value && !setting_read(&settings[i], value, &config, errors))
			good = false;
	}
	if (!config.bulk_listen.ss_family && config.listen.ss_family &&
	    !next_port(&config.listen, &config.bulk_listen)) {
		fprintf(errors, "kstthc: KSTTHC_LISTEN uses the last port: set KSTTHC_BULK_LISTEN\n");
		good = false;
	}
	if (!*config.token_issuer || !*config.token_audience || !*config.token_role_claim ||
	    !*config.token_agency_claim) {
		fprintf(errors,
			"kstthc: KSTTHC_TOKEN_ISSUER, _AUDIENCE, _ROLE_CLAIM and _AGENCY_CLAIM must not be empty\n");
		good = false;
	}
	if (!good)
		return ERR_CONFIG;
	*ret_config = config;
	return ERR_OK;
}

static void write_address(const struct sockaddr_storage *address, char *text, size_t size)
{
	char host[INET6_ADDRSTRLEN] = "";

	if (address->ss_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, address, sizeof(in6));
		inet_ntop(AF_INET6, &in6.sin6_addr, host, sizeof(host));
		snprintf(text, size, "[%s]:%d", host, ntohs(in6.sin6_port));
	} else {
		struct sockaddr_in in4;

		memcpy(&in4, address, sizeof(in4));
		inet_ntop(AF_INET, &in4.sin_addr, host, sizeof(host));
		snprintf(text, size, "%s:%d", host, ntohs(in4.sin_port));
	}
}

static void write_value(const struct config *config, const struct setting *setting, char *text, size_t size)
{
	const char *const *value = at(config, setting);
	const int64_t *integer = at(config, setting);
	const struct rate *rate = at(config, setting);

	*text = '\0';
	if (setting->type == SETTING_ADDRESS)
		write_address(at(config, setting), text, size);
	else if (setting->type == SETTING_INTEGER)
		snprintf(text, size, "%" PRId64, *integer);
	else if (setting->type == SETTING_RATE && rate->count)
		snprintf(text, size, "%" PRId64 "/%" PRId64, rate->count, rate->seconds);
	else if (setting->type == SETTING_RATE)
		snprintf(text, size, "off");
	else if (*value && **value)
		snprintf(text, size, "%s", setting->secret ? "(set)" : *value);
}

bool config_value(const struct config *config, size_t index, struct config_value *ret_value)
{
	const struct setting *setting = &settings[index];

	if (index >= SETTING_COUNT)
		return false;
	ret_value->name = setting->name;
	ret_value->meaning = setting->meaning;
	ret_value->own = setting->type == SETTING_ADDRESS;
	write_value(config, setting, ret_value->text, sizeof(ret_value->text));
	return true;
}

void config_print(const struct config *config, FILE *out)
{
	struct config_value value;

	for (size_t i = 0; config_value(config, i, &value); i++)
		fprintf(out, "%s=%s  # %s\n", value.name, value.text, value.meaning);
}
