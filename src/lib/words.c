/* SPDX-License-Identifier: ISC */
/*
 * Lists of words: commands, environments, names.  A shell's quoting without a
 * shell's expansion.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

static const char	*words_next(const char *, char *);

int
words_add(struct words *words, const char *word)
{
	char	**grown, *copy;

	grown = reallocarray(words->word, words->count + 2, sizeof(*grown));
	if (grown == NULL)
		return -1;
	words->word = grown;
	grown[words->count] = NULL;
	copy = strdup(word);
	if (copy == NULL)
		return -1;
	grown[words->count++] = copy;
	grown[words->count] = NULL;
	return 0;
}

int
words_copy(struct words *to, const struct words *from)
{
	struct words	made = { NULL, 0 };
	size_t		i;

	for (i = 0; i < from->count; i++)
		if (words_add(&made, from->word[i]) == -1) {
			words_free(&made);
			return -1;
		}
	*to = made;
	return 0;
}

int
words_split(struct words *words, const char *command)
{
	struct words	 made = { NULL, 0 };
	char		*word;
	int		 failed;

	word = malloc(strlen(command) + 1);
	if (word == NULL)
		return -1;
	failed = words_copy(&made, words);
	while (failed == 0) {
		command += strspn(command, " \t\n");
		if (*command == '\0')
			break;
		command = words_next(command, word);
		if (command == NULL)
			errno = EINVAL;
		if (command == NULL || words_add(&made, word) == -1)
			failed = -1;
	}
	free(word);
	if (failed == -1) {
		words_free(&made);
		return -1;
	}
	words_free(words);
	*words = made;
	return 0;
}

int
words_list(struct words *words, const char *list)
{
	struct words	 made = { NULL, 0 };
	char		*copy, *next, *word;
	int		 failed;

	copy = strdup(list);
	if (copy == NULL)
		return -1;
	failed = words_copy(&made, words);
	next = copy;
	while (failed == 0 && (word = strsep(&next, " \t\n,")) != NULL)
		if (word[0] != '\0')
			failed = words_add(&made, word);
	free(copy);
	if (failed == -1) {
		words_free(&made);
		return -1;
	}
	words_free(words);
	*words = made;
	return 0;
}

void
words_free(struct words *words)
{
	size_t	i;
	int	saved;

	saved = errno;
	for (i = 0; i < words->count; i++)
		free(words->word[i]);
	free(words->word);
	words->word = NULL;
	words->count = 0;
	errno = saved;
}

/*
 * Copies one word without its quotes.  Returns where it ends, or NULL when a
 * quote is not closed or a backslash is the last character.
 */
static const char *
words_next(const char *from, char *to)
{
	char	quote;

	quote = '\0';
	for (; *from != '\0'; from++) {
		if (quote == '\0' && strchr(" \t\n", *from) != NULL)
			break;
		if (*from == quote) {
			quote = '\0';
			continue;
		}
		if (quote == '\0' && (*from == '\'' || *from == '"')) {
			quote = *from;
			continue;
		}
		/* in "...", a backslash quotes only what it must */
		if (*from == '\\' && (quote == '\0' || (quote == '"' &&
		    (from[1] == '"' || from[1] == '\\'))) ) {
			from++;
			if (*from == '\0')
				return NULL;
		}
		*to++ = *from;
	}
	*to = '\0';
	return quote == '\0' ? from : NULL;
}
