/* SPDX-License-Identifier: ISC */
/*
 * unit.h: the main() of a unit test.
 *
 * Each check_MODULE.c makes one Suite and ends with
 *
 *	int
 *	main(void)
 *	{
 *		return unit_run(suite());
 *	}
 *
 * The results go to standard output as TAP.  The exit status is 1 when a test
 * has failed, except under the test harness: it reads the TAP, and would count
 * the failure twice.
 */
#ifndef UNIT_H
#define UNIT_H

#include <stdlib.h>

#include <check.h>

static inline int
unit_run(Suite *suite)
{
	SRunner	*runner;
	int	 failed;

	runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	if (failed > 0 && getenv("HARNESS_ACTIVE") == NULL)
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}

#endif /* UNIT_H */
