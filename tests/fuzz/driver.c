/* SPDX-License-Identifier: ISC */
/*
 * driver: the main() of a fuzz target where there is no libFuzzer: it tries the
 * files it is given, or those of tests/fuzz/corpus_NAME, once each, and tells
 * so as TAP.
 */
#include "config.h"

#include <dirent.h>
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define MOST	(1 << 20)	/* bytes of a file */

static void	try_file(const char *, int);
static int	try_directory(const char *);

int
main(int argc, char *argv[])
{
	char		 path[4096];
	const char	*name, *source;
	int		 i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1) {
		for (i = 1; i < argc; i++)
			try_file(argv[i], i);
		printf("1..%d\n", argc - 1);
		return 0;
	}
	name = strstr(argv[0], "fuzz_");
	for (; name != NULL && strchr(name, '/') != NULL;
	    name = strstr(name + 1, "fuzz_"))
		;
	source = getenv("top_srcdir");
	if (name == NULL)
		errx(1, "%s: not named fuzz_NAME", argv[0]);
	(void)snprintf(path, sizeof(path), "%s/tests/fuzz/corpus_%s",
	    source == NULL ? "." : source, name + strlen("fuzz_"));
	printf("1..%d\n", try_directory(path));
	return 0;
}

static void
try_file(const char *path, int number)
{
	unsigned char	*data;
	size_t		 size;
	FILE		*file;

	file = fopen(path, "r");
	data = malloc(MOST);
	if (file == NULL || data == NULL)
		err(1, "%s", path);
	size = fread(data, 1, MOST, file);
	(void)fclose(file);
	(void)LLVMFuzzerTestOneInput(data, size);	/* or it aborts */
	free(data);
	printf("ok %d - %s\n", number, strrchr(path, '/') == NULL ? path :
	    strrchr(path, '/') + 1);
}

static int
try_directory(const char *path)
{
	struct dirent	**found;
	char		  file[4400];
	int		  count, i, tried;

	count = scandir(path, &found, NULL, alphasort);
	if (count == -1)
		err(1, "%s", path);
	for (i = tried = 0; i < count; i++) {
		if (found[i]->d_name[0] != '.') {
			(void)snprintf(file, sizeof(file), "%s/%s", path,
			    found[i]->d_name);
			try_file(file, ++tried);
		}
		free(found[i]);
	}
	free(found);
	return tried;
}
