/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of words.c: lists of words and a shell's quoting.
 */
#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "unit.h"
#include "words.h"

static struct words	 words;

static void
fresh(void)
{
	words.word = NULL;
	words.count = 0;
}

static void
gone(void)
{
	words_free(&words);
}

/* The words, each one in brackets. */
static void
words_are(const struct words *list, const char *expected)
{
	char	text[512] = "";
	size_t	i;

	for (i = 0; i < list->count; i++) {
		(void)strlcat(text, "[", sizeof(text));
		(void)strlcat(text, list->word[i], sizeof(text));
		(void)strlcat(text, "]", sizeof(text));
	}
	ck_assert_str_eq(text, expected);
	if (list->word != NULL)
		ck_assert_ptr_null(list->word[list->count]);
}

static void
splits(const char *command, const char *expected)
{
	words_free(&words);
	ck_assert_msg(words_split(&words, command) == 0, "<%s> is refused",
	    command);
	words_are(&words, expected);
}

static void
refused(const char *command)
{
	words_free(&words);
	ck_assert_int_eq(words_add(&words, "old"), 0);
	errno = 0;
	ck_assert_msg(words_split(&words, command) == -1, "<%s> is taken",
	    command);
	ck_assert_int_eq(errno, EINVAL);
	words_are(&words, "[old]");
}

START_TEST(adding)
{
	char	text[] = "one";

	ck_assert_int_eq(words_add(&words, text), 0);
	text[0] = 'X';		/* it was copied */
	ck_assert_int_eq(words_add(&words, ""), 0);
	ck_assert_int_eq(words_add(&words, "three"), 0);
	words_are(&words, "[one][][three]");
}
END_TEST

START_TEST(many)
{
	int	i;

	for (i = 0; i < 1000; i++)
		ck_assert_int_eq(words_add(&words, i % 2 ? "odd" : "even"),
		    0);
	ck_assert_uint_eq(words.count, 1000);
	ck_assert_str_eq(words.word[999], "odd");
	ck_assert_ptr_null(words.word[1000]);
}
END_TEST

START_TEST(copying)
{
	struct words	copy = { NULL, 0 };

	ck_assert_int_eq(words_copy(&copy, &words), 0);
	ck_assert_uint_eq(copy.count, 0);
	words_free(&copy);
	ck_assert_int_eq(words_split(&words, "a 'b c' d"), 0);
	ck_assert_int_eq(words_copy(&copy, &words), 0);
	words_are(&copy, "[a][b c][d]");
	ck_assert_ptr_ne(copy.word, words.word);
	ck_assert_ptr_ne(copy.word[0], words.word[0]);
	words_free(&words);
	words_are(&copy, "[a][b c][d]");
	words_free(&copy);
}
END_TEST

START_TEST(freeing)
{
	words_free(&words);		/* of nothing */
	ck_assert_int_eq(words_add(&words, "a"), 0);
	errno = ERANGE;
	words_free(&words);
	ck_assert_int_eq(errno, ERANGE);
	ck_assert_ptr_null(words.word);
	ck_assert_uint_eq(words.count, 0);
	words_free(&words);		/* twice */
	ck_assert_int_eq(words_add(&words, "b"), 0);
	words_are(&words, "[b]");
}
END_TEST

START_TEST(blanks)
{
	splits("", "");
	splits(" \t\n ", "");
	splits("a", "[a]");
	splits("  a  b\tc\nd ", "[a][b][c][d]");
	splits("/bin/cat -n", "[/bin/cat][-n]");
	splits("a\rb", "[a\rb]");	/* a shell's blanks only */
}
END_TEST

START_TEST(single_quotes)
{
	splits("'a b'", "[a b]");
	splits("''", "[]");
	splits("a '' b", "[a][][b]");
	splits("a'b c'd", "[ab cd]");
	splits("'a''b'", "[ab]");
	splits("'\\'", "[\\]");		/* no escapes in them */
	splits("'\"'", "[\"]");
	splits("'a\nb\tc'", "[a\nb\tc]");
}
END_TEST

START_TEST(double_quotes)
{
	splits("\"a b\"", "[a b]");
	splits("\"\"", "[]");
	splits("\"'\"", "[']");
	splits("\"\\\"\"", "[\"]");
	splits("\"\\\\\"", "[\\]");
	splits("\"\\n\"", "[\\n]");	/* a backslash that quotes nothing */
	splits("\"\\'\"", "[\\']");
	splits("a\"b\"'c'd", "[abcd]");
	splits("\"a\"\"b\"", "[ab]");
}
END_TEST

START_TEST(backslashes)
{
	splits("a\\ b", "[a b]");
	splits("\\a", "[a]");
	splits("\\\\", "[\\]");
	splits("\\'", "[']");
	splits("\\\"", "[\"]");
	splits("a\\\nb", "[a\nb]");
	splits("\\'a b\\'", "['a][b']");
}
END_TEST

START_TEST(nothing_is_expanded)
{
	splits("$HOME ~ * `id` $(id) a;b c|d >e &",
	    "[$HOME][~][*][`id`][$(id)][a;b][c|d][>e][&]");
	splits("a#b # c", "[a#b][#][c]");
}
END_TEST

START_TEST(quotes_without_end)
{
	refused("'");
	refused("\"");
	refused("a 'b");
	refused("a \"b c");
	refused("a 'b\"");
	refused("a \"b'");
	refused("\"a\\\"");
	refused("'a\\' b'");
	refused("\\");
	refused("a b\\");
	refused("\"a\\");
	refused("good 'one' and 'not");
}
END_TEST

START_TEST(splitting_adds)
{
	splits("a b", "[a][b]");
	ck_assert_int_eq(words_split(&words, "'c d' e"), 0);
	words_are(&words, "[a][b][c d][e]");
	ck_assert_int_eq(words_split(&words, ""), 0);
	words_are(&words, "[a][b][c d][e]");
}
END_TEST

static void
lists(const char *list, const char *expected)
{
	words_free(&words);
	ck_assert_int_eq(words_list(&words, list), 0);
	words_are(&words, expected);
}

START_TEST(listing)
{
	lists("", "");
	lists(" ,\t\n, ", "");
	lists("PATH LANG LC_* TZ", "[PATH][LANG][LC_*][TZ]");
	lists("a,b, c ,,d\te\nf,", "[a][b][c][d][e][f]");
	lists(",a", "[a]");
	lists("'a b' \\,", "['a][b'][\\]");	/* no quotes in a list */
	ck_assert_int_eq(words_list(&words, "c"), 0);
	words_are(&words, "['a][b'][\\][c]");
}
END_TEST

static Suite *
suite(void)
{
	Suite	*s = suite_create("words");
	TCase	*tc = tcase_create("words");

	tcase_add_checked_fixture(tc, fresh, gone);
	tcase_add_test(tc, adding);
	tcase_add_test(tc, many);
	tcase_add_test(tc, copying);
	tcase_add_test(tc, freeing);
	tcase_add_test(tc, blanks);
	tcase_add_test(tc, single_quotes);
	tcase_add_test(tc, double_quotes);
	tcase_add_test(tc, backslashes);
	tcase_add_test(tc, nothing_is_expanded);
	tcase_add_test(tc, quotes_without_end);
	tcase_add_test(tc, splitting_adds);
	tcase_add_test(tc, listing);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	return unit_run(suite());
}
