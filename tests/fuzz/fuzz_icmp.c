/* SPDX-License-Identifier: ISC */
/*
 * fuzz_icmp: any bytes as what answers ping, src/examples/ping_packet.c: of
 * both families, of raw sockets and of others, replies and errors with what
 * they quote.  The first byte says what it is to be; see below.  What is taken
 * is in the packet, and is what a look at single bytes says; what is built is
 * taken for what it is.
 */
#include "config.h"

#include <sys/socket.h>

#include <string.h>

#include "../../src/examples/ping_packet.h"
#include "fuzz.h"

#define SIX		0x01	/* IPv6 */
#define HEADER		0x02	/* with the header of IPv4 */
#define QUOTED		0x04	/* of an error queue */
#define REPAIR		0x08	/* the checksum is to be right */
#define BUILD		0x10	/* they are data, of a request */

static void	repair(uint8_t *, size_t, bool);
static void	check(int, bool, const uint8_t *, size_t,
		    const struct ping_packet *);
static void	check_reply(int, const uint8_t *, size_t,
		    const struct ping_packet *);
static void	check_error(int, const uint8_t *, size_t,
		    const struct ping_packet *);
static void	build(int, const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ping_packet	 packet;
	uint8_t			*bytes;
	bool			 header;
	int			 family;

	if (size == 0)
		return 0;
	family = (data[0] & SIX) != 0 ? AF_INET6 : AF_INET;
	header = (data[0] & HEADER) != 0;
	size--;
	/* no room behind it: a byte too many is seen by a sanitizer */
	bytes = malloc(size > 0 ? size : 1);
	FUZZ_CHECK(bytes != NULL);
	memcpy(bytes, data + 1, size);
	if ((data[0] & REPAIR) != 0 && family == AF_INET)
		repair(bytes, size, header);
	memset(&packet, 'x', sizeof(packet));
	if ((data[0] & BUILD) != 0)
		build(family, bytes, size);
	else if ((data[0] & QUOTED) != 0) {
		ping_parse_quoted(family, bytes, size, &packet);
		FUZZ_CHECK(packet.kind == PING_ERROR ||
		    packet.kind == PING_OTHER || packet.kind == PING_SHORT);
		FUZZ_CHECK((packet.kind == PING_SHORT) == (size < 8));
		FUZZ_CHECK(packet.kind != PING_ERROR ||
		    (packet.id == (bytes[4] << 8 | bytes[5]) &&
		    packet.sequence == (bytes[6] << 8 | bytes[7])));
		FUZZ_CHECK(packet.data == NULL && packet.to == NULL);
	} else {
		ping_parse(family, header, bytes, size, &packet);
		check(family, header, bytes, size, &packet);
	}
	FUZZ_CHECK(ping_error_text(family, size > 0 ? bytes[0] : 0,
	    size > 1 ? bytes[1] : 0)[0] != '\0');
	free(bytes);
	return 0;
}

/* Without this hardly any input would have a right one. */
static void
repair(uint8_t *bytes, size_t size, bool header)
{
	size_t		skip, total;
	uint16_t	sum;

	skip = header && size > 0 ? (size_t)(bytes[0] & 0xf) * 4 : 0;
	total = header && size >= 4 ? (size_t)(bytes[2] << 8 | bytes[3]) :
	    size;
	if (total > size || total < skip + 4)
		return;
	bytes[skip + 2] = bytes[skip + 3] = 0;
	sum = ping_checksum(bytes + skip, total - skip);
	bytes[skip + 2] = (uint8_t)(sum >> 8);
	bytes[skip + 3] = (uint8_t)sum;
	FUZZ_CHECK(ping_checksum(bytes + skip, total - skip) == 0);
}

static void
check(int family, bool header, const uint8_t *bytes, size_t size,
    const struct ping_packet *packet)
{
	size_t	total;

	if (packet->kind == PING_SHORT) {
		FUZZ_CHECK(packet->data == NULL && packet->to == NULL);
		return;
	}
	if (header && family == AF_INET) {
		FUZZ_CHECK(size >= 28 && bytes[9] == 1);
		total = (size_t)(bytes[2] << 8 | bytes[3]);
		FUZZ_CHECK(total <= size);
		size = total - (size_t)(bytes[0] & 0xf) * 4;
		bytes += (bytes[0] & 0xf) * 4;
	}
	FUZZ_CHECK(size >= 8);
	FUZZ_CHECK(packet->type == bytes[0] && packet->code == bytes[1]);
	if (packet->kind == PING_REPLY || packet->kind == PING_DAMAGED)
		check_reply(family, bytes, size, packet);
	else if (packet->kind == PING_ERROR)
		check_error(family, bytes, size, packet);
	else
		FUZZ_CHECK(packet->kind == PING_OTHER &&
		    packet->data == NULL && packet->to == NULL);
}

static void
check_reply(int family, const uint8_t *bytes, size_t size,
    const struct ping_packet *packet)
{
	FUZZ_CHECK(bytes[0] == (family == AF_INET ? 0 : 129));
	FUZZ_CHECK(bytes[1] == 0);
	FUZZ_CHECK((packet->kind == PING_DAMAGED) == (family == AF_INET &&
	    ping_checksum(bytes, size) != 0));
	FUZZ_CHECK(packet->id == (bytes[4] << 8 | bytes[5]));
	FUZZ_CHECK(packet->sequence == (bytes[6] << 8 | bytes[7]));
	FUZZ_CHECK(packet->data == bytes + 8 && packet->size == size - 8);
	FUZZ_CHECK(packet->to == NULL);
}

/* What is quoted is at the end of a header, wherever that is. */
static void
check_error(int family, const uint8_t *bytes, size_t size,
    const struct ping_packet *packet)
{
	size_t	header;

	FUZZ_CHECK(packet->data == NULL && size >= 8 + 20 + 8);
	if (family == AF_INET) {
		FUZZ_CHECK(ping_checksum(bytes, size) == 0);
		header = 8 + (size_t)(bytes[8] & 0xf) * 4;
		FUZZ_CHECK(header >= 28 && packet->to == bytes + 24);
	} else {
		FUZZ_CHECK(bytes[0] < 128 && packet->to == bytes + 32);
		header = bytes[14] == 58 ? 48 : 56;
	}
	FUZZ_CHECK(size >= header + 8);
	FUZZ_CHECK(bytes[header] == (family == AF_INET ? 8 : 128));
	FUZZ_CHECK(packet->id == (bytes[header + 4] << 8 | bytes[header + 5]));
	FUZZ_CHECK(packet->sequence ==
	    (bytes[header + 6] << 8 | bytes[header + 7]));
}

/* A request with these data, and the reply to it. */
static void
build(int family, const uint8_t *data, size_t size)
{
	struct ping_packet	 packet;
	uint8_t			*bytes;

	bytes = malloc(PING_HEADER + size);
	FUZZ_CHECK(bytes != NULL);
	memcpy(bytes + PING_HEADER, data, size);
	ping_request(family, bytes, PING_HEADER + size, 0xabcd, 0x1234);
	FUZZ_CHECK(memcmp(bytes + PING_HEADER, data, size) == 0);
	ping_parse(family, false, bytes, PING_HEADER + size, &packet);
	FUZZ_CHECK(packet.kind == PING_OTHER);
	ping_parse_quoted(family, bytes, PING_HEADER + size, &packet);
	FUZZ_CHECK(packet.kind == PING_ERROR && packet.id == 0xabcd &&
	    packet.sequence == 0x1234);
	bytes[0] = family == AF_INET ? 0 : 129;
	if (family == AF_INET)
		repair(bytes, PING_HEADER + size, false);
	ping_parse(family, false, bytes, PING_HEADER + size, &packet);
	FUZZ_CHECK(packet.kind == PING_REPLY && packet.id == 0xabcd &&
	    packet.sequence == 0x1234 && packet.size == size &&
	    packet.data == bytes + PING_HEADER);
	free(bytes);
}
