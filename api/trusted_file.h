#ifndef KSTTHC_TRUSTED_FILE_H
#define KSTTHC_TRUSTED_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "../service/error.h"

/*
 * Reads a file that decides whom we trust: a regular file of 1 to limit bytes
 * that nobody but its owner may write. *ret_text ends with a NUL that is not
 * counted, and is to be freed with free(). ERR_CONFIG with a sentence that
 * names the path, never what the file holds; ERR_NO_MEMORY.
 */
enum err trusted_file_read(const char *path, size_t limit, char **ret_text, size_t *ret_length,
			   char *ret_message, size_t message_size) MUST_CHECK;

/* Reads to the end or until size bytes are there; false with errno set. */
bool trusted_file_fill(int fd, char *buffer, size_t size, size_t *ret_length) MUST_CHECK;

#endif
