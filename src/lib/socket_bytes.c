/* SPDX-License-Identifier: ISC */
/*
 * Integers as bytes, and back: what two programs on different machines agree
 * on before they send a number.  No socket is touched here, and no memory but
 * the caller's.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>

#include "socket.h"

#define BYTES_MAX	8	/* of an integer */

static int	check(const char *, const void *, size_t, int, const void *);
static void	put(unsigned char *, size_t, int, uint64_t);
static uint64_t	get(const unsigned char *, size_t, int);

int
forkd_socket_put_integer(void *bytes, size_t size, int order, uint64_t number)
{
	static const char	function[] = "forkd_socket_put_integer";

	if (check(function, bytes, size, order, &number) == -1)
		return -1;
	if (size < BYTES_MAX && number >> (8 * size) != 0)
		return socket_wrong(NULL, ERANGE,
		    "%s: number %" PRIu64 ": does not fit into %zu bytes",
		    function, number, size);
	put(bytes, size, order, number);
	return 0;
}

int
forkd_socket_get_integer(const void *bytes, size_t size, int order,
    uint64_t *number)
{
	if (check("forkd_socket_get_integer", bytes, size, order,
	    number) == -1)
		return -1;
	*number = get(bytes, size, order);
	return 0;
}

int
forkd_socket_put_signed(void *bytes, size_t size, int order, int64_t number)
{
	static const char	function[] = "forkd_socket_put_signed";
	int64_t			limit;

	if (check(function, bytes, size, order, &number) == -1)
		return -1;
	limit = (int64_t)(UINT64_MAX >> (8 * (BYTES_MAX - size) + 1));
	if (number > limit || number < -limit - 1)
		return socket_wrong(NULL, ERANGE,
		    "%s: number %" PRId64 ": does not fit into %zu bytes",
		    function, number, size);
	put(bytes, size, order, (uint64_t)number);
	return 0;
}

int
forkd_socket_get_signed(const void *bytes, size_t size, int order,
    int64_t *number)
{
	uint64_t	sign, value;

	if (check("forkd_socket_get_signed", bytes, size, order,
	    number) == -1)
		return -1;
	value = get(bytes, size, order);
	sign = UINT64_C(1) << (8 * size - 1);
	/* without a conversion that C leaves to the compiler */
	if ((value & sign) == 0)
		*number = (int64_t)value;
	else
		*number = (int64_t)(value & (sign - 1)) -
		    (int64_t)(sign - 1) - 1;
	return 0;
}

static int
check(const char *function, const void *bytes, size_t size, int order,
    const void *number)
{
	if (bytes == NULL)
		return socket_wrong(NULL, EINVAL, "%s: bytes: NULL", function);
	if (size < 1 || size > BYTES_MAX)
		return socket_wrong(NULL, EINVAL, "%s: size %zu: not 1 to %d",
		    function, size, BYTES_MAX);
	if (order != FORKD_BIG_ENDIAN && order != FORKD_LITTLE_ENDIAN)
		return socket_wrong(NULL, EINVAL,
		    "%s: order %d: not FORKD_BIG_ENDIAN or "
		    "FORKD_LITTLE_ENDIAN", function, order);
	if (number == NULL)
		return socket_wrong(NULL, EINVAL, "%s: number: NULL",
		    function);
	return 0;
}

static void
put(unsigned char *bytes, size_t size, int order, uint64_t number)
{
	size_t	i;

	for (i = 0; i < size; i++) {
		bytes[order == FORKD_LITTLE_ENDIAN ? i : size - 1 - i] =
		    (unsigned char)(number & 0xff);
		number >>= 8;
	}
}

static uint64_t
get(const unsigned char *bytes, size_t size, int order)
{
	uint64_t	number;
	size_t		i;

	number = 0;
	for (i = 0; i < size; i++)
		number = number << 8 |
		    bytes[order == FORKD_BIG_ENDIAN ? i : size - 1 - i];
	return number;
}
