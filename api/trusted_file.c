#include "trusted_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is wrong with the file behind fd; NULL for nothing. */
static const char *find_fault(int fd)
{
	struct stat status;

	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
		return "is not a file";
	/* Who can write it decides whose tokens are taken. */
	if (status.st_mode & (S_IWGRP | S_IWOTH))
		return "may be writable by nobody but its owner";
	return NULL;
}

bool trusted_file_fill(int fd, char *buffer, size_t size, size_t *ret_length)
{
	size_t used = 0;

	while (used < size) {
		ssize_t got = read(fd, buffer + used, size - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		if (got == 0)
			break;
		used += (size_t)got;
	}
	*ret_length = used;
	return true;
}

static enum err read_open(int fd, const char *path, size_t limit, char **ret_text, size_t *ret_length,
			  char *ret_message, size_t message_size)
{
	const char *fault = find_fault(fd);
	size_t length;
	char *text;

	if (fault) {
		snprintf(ret_message, message_size, "%s %s", path, fault);
		return ERR_CONFIG;
	}
	text = malloc(limit + 1);
	if (!text)
		return ERR_NO_MEMORY;
	if (!trusted_file_fill(fd, text, limit + 1, &length)) {
		snprintf(ret_message, message_size, "%s cannot be read: %m", path);
		free(text);
		return ERR_CONFIG;
	}
	if (length == 0 || length > limit) {
		snprintf(ret_message, message_size, length ? "%s has more than %zu bytes" : "%s is empty",
			 path, limit);
		free(text);
		return ERR_CONFIG;
	}
	text[length] = '\0';
	*ret_text = text;
	*ret_length = length;
	return ERR_OK;
}

enum err trusted_file_read(const char *path, size_t limit, char **ret_text, size_t *ret_length,
			   char *ret_message, size_t message_size)
{
	enum err err;
	/* O_NONBLOCK: opening a FIFO must not wait for its writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	snprintf(ret_message, message_size, "no memory");
	if (fd < 0) {
		snprintf(ret_message, message_size, "%s cannot be opened: %m", path);
		return ERR_CONFIG;
	}
	err = read_open(fd, path, limit, ret_text, ret_length, ret_message, message_size);
	close(fd);
	return err;
}
