#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "token.h"
#include "token_key.h"
#include "trusted_file.h"

#define FILE_MAX_BYTES ((size_t)65536)

void token_keys_free(struct token_key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (keys[i].pem)
			explicit_bzero((char *)keys[i].pem, keys[i].length);
		free((char *)keys[i].pem);
		free((char *)keys[i].kid);
	}
	free(keys);
}

static enum err check_mode(const struct token_key *key, const char *path, mode_t mode,
			   const struct token_complaint *to)
{
	bool secret = key->algorithm == TOKEN_HS256 || token_key_is_private(key->pem, key->length);

	if (secret && mode & (S_IRWXG | S_IRWXO))
		return token_key_complain(to, "token key %s: group and others may have no access to %s",
					  key->kid, path);
	/* Who can replace a public key can make tokens. */
	if (mode & (S_IWGRP | S_IWOTH))
		return token_key_complain(to, "token key %s: nobody but its owner may be able to write %s",
					  key->kid, path);
	return ERR_OK;
}

static enum err read_content(int fd, const char *path, struct token_key *key,
			     const struct token_complaint *to)
{
	char *content = malloc(FILE_MAX_BYTES + 1);
	size_t length;

	if (!content)
		return ERR_NO_MEMORY;
	/* The key owns it from here, whatever comes. */
	key->pem = content;
	key->length = FILE_MAX_BYTES + 1;
	if (!trusted_file_fill(fd, content, FILE_MAX_BYTES + 1, &length))
		return token_key_complain(to, "token key %s: cannot read %s: %m", key->kid, path);
	if (length == 0 || length > FILE_MAX_BYTES)
		return token_key_complain(to, "token key %s: %s is %s", key->kid, path,
					  length ? "over 64 kB" : "empty");
	if (key->algorithm == TOKEN_HS256 && content[length - 1] == '\n')
		length--;
	key->length = length;
	return ERR_OK;
}

static enum err read_file(const char *path, struct token_key *key, const struct token_complaint *to)
{
	struct stat status;
	enum err err;
	/* O_NONBLOCK: opening a FIFO must not wait for its writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return token_key_complain(to, "token key %s: cannot open %s: %m", key->kid, path);
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
		err = token_key_complain(to, "token key %s: %s is not a file", key->kid, path);
	else
		err = read_content(fd, path, key, to);
	close(fd);
	return err ? err : check_mode(key, path, status.st_mode, to);
}

/* An entry "kid=ALG:file". A path can hold anything but a comma. */
static enum err read_entry(const char *entry, size_t length, struct token_key *key,
			   const struct token_complaint *to)
{
	const char *end = entry + length;
	const char *algorithm = memchr(entry, '=', length);
	const char *path = algorithm ? memchr(algorithm, ':', (size_t)(end - algorithm)) : NULL;
	char *name;
	enum err err;

	if (!path || path + 1 == end || !token_kid_valid(entry, (size_t)(algorithm - entry)))
		/* Not quoted: it may be a secret put there by mistake. */
		return token_key_complain(to, "a token key is written kid=ALG:file");
	algorithm++;
	path++;
	if (!token_algorithm_find(algorithm, (size_t)(path - algorithm) - 1, &key->algorithm))
		return token_key_complain(to, "token key %.*s: the algorithm is HS256, RS256 or ES256",
					  (int)(algorithm - entry) - 1, entry);
	key->kid = strndup(entry, (size_t)(algorithm - entry) - 1);
	name = strndup(path, (size_t)(end - path));
	err = key->kid && name ? read_file(name, key, to) : ERR_NO_MEMORY;
	free(name);
	return err;
}

static size_t count_entries(const char *setting)
{
	size_t count = 1;

	for (; *setting; setting++)
		count += *setting == ',';
	return count;
}

enum err token_keys_read(const char *setting, struct token_key **ret_keys, size_t *ret_count,
			 char *ret_message, size_t message_size)
{
	const struct token_complaint to = { ret_message, message_size };
	size_t count = *setting ? count_entries(setting) : 0;
	struct token_key *keys = calloc(count ? count : 1, sizeof(*keys));

	if (!keys)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < count; i++) {
		size_t length = strcspn(setting, ",");
		enum err err = read_entry(setting, length, &keys[i], &to);

		if (err) {
			token_keys_free(keys, count);
			return err;
		}
		setting += length + 1;
	}
	*ret_keys = keys;
	*ret_count = count;
	return ERR_OK;
}
