/* SPDX-License-Identifier: ISC */
/* ping_packet: see ping_packet.h. */
#include <sys/socket.h>

#include <string.h>

#include <forkd_socket.h>

#include "ping_packet.h"

/* types of messages; those of AF_INET6 below 128 are errors, all of them */
#define REPLY4		0
#define UNREACHABLE4	3
#define REQUEST4	8
#define EXCEEDED4	11
#define PROBLEM4	12
#define UNREACHABLE6	1
#define TOO_BIG6	2
#define EXCEEDED6	3
#define PROBLEM6	4
#define FIRST_QUERY6	128
#define REQUEST6	128
#define REPLY6		129

#define IP4_HEADER	20	/* bytes, without options */
#define IP6_HEADER	40
#define FRAGMENT6	8	/* bytes of the header of a fragment */
/* what a header says that comes behind it */
#define NEXT_ICMP4	1
#define NEXT_FRAGMENT6	44
#define NEXT_ICMP6	58

static size_t	skip_header(const uint8_t *, size_t, size_t *);
static void	parse_error(int, const uint8_t *, size_t,
		    struct ping_packet *);
static size_t	skip_quoted4(const uint8_t *, size_t);
static size_t	skip_quoted6(const uint8_t *, size_t);
static uint16_t	get(const uint8_t *);
static void	put(uint8_t *, uint16_t);

/*
 * The sum of 16-bit numbers, what overflows added at the lower end.  An odd
 * byte at the end is the upper half of a number: a zero is as if behind it,
 * and nothing there is read.
 */
uint16_t
ping_checksum(const void *data, size_t size)
{
	const uint8_t	*bytes = data;
	uint64_t	 sum;
	size_t		 i;

	sum = 0;
	for (i = 0; i + 1 < size; i += 2)
		sum += get(bytes + i);
	if (size % 2 == 1)
		sum += (uint64_t)bytes[size - 1] << 8;
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

void
ping_request(int family, void *packet, size_t size, uint16_t id,
    uint16_t sequence)
{
	uint8_t	*bytes = packet;

	bytes[0] = family == AF_INET ? REQUEST4 : REQUEST6;
	bytes[1] = 0;
	put(bytes + 2, 0);	/* the checksum is made as if it were 0 */
	put(bytes + 4, id);
	put(bytes + 6, sequence);
	if (family == AF_INET)
		put(bytes + 2, ping_checksum(bytes, size));
}

void
ping_parse(int family, bool with_header, const void *bytes, size_t size,
    struct ping_packet *packet)
{
	const uint8_t	*at = bytes;
	size_t		 header;
	uint8_t		 reply;

	memset(packet, 0, sizeof(*packet));
	packet->kind = PING_SHORT;
	header = 0;
	if (with_header && family == AF_INET) {
		header = skip_header(at, size, &size);
		if (header == 0)
			return;
		at += header;
	}
	if (size < PING_HEADER)
		return;
	packet->type = at[0];
	packet->code = at[1];
	reply = family == AF_INET ? REPLY4 : REPLY6;
	if (ping_is_error(family, at[0])) {
		/* raw sockets are given what the kernel has not looked at */
		if (family == AF_INET && ping_checksum(at, size) != 0)
			packet->kind = PING_OTHER;
		else
			parse_error(family, at + PING_HEADER,
			    size - PING_HEADER, packet);
		return;
	}
	packet->kind = PING_OTHER;
	if (at[0] != reply || at[1] != 0)
		return;
	packet->kind = family == AF_INET && ping_checksum(at, size) != 0 ?
	    PING_DAMAGED : PING_REPLY;
	packet->id = get(at + 4);
	packet->sequence = get(at + 6);
	packet->data = at + PING_HEADER;
	packet->size = size - PING_HEADER;
}

void
ping_parse_quoted(int family, const void *bytes, size_t size,
    struct ping_packet *packet)
{
	const uint8_t	*at = bytes;

	memset(packet, 0, sizeof(*packet));
	packet->kind = size < PING_HEADER ? PING_SHORT : PING_OTHER;
	if (size < PING_HEADER || at[1] != 0 ||
	    at[0] != (family == AF_INET ? REQUEST4 : REQUEST6))
		return;
	packet->kind = PING_ERROR;
	packet->id = get(at + 4);
	packet->sequence = get(at + 6);
}

bool
ping_is_error(int family, int type)
{
	if (family == AF_INET)
		return type == UNREACHABLE4 || type == EXCEEDED4 ||
		    type == PROBLEM4;
	return type < FIRST_QUERY6;
}

const char *
ping_error_text(int family, int type, int code)
{
	static const char *const	unreachable4[] = {
		"network unreachable", "host unreachable",
		"protocol unreachable", "port unreachable",
		"too big, and not to be divided", "source route failed",
		"network unknown", "host unknown", "host isolated",
		"network prohibited", "host prohibited",
		"network unreachable for this service",
		"host unreachable for this service", "prohibited",
	};
	static const char *const	unreachable6[] = {
		"no route", "prohibited", "beyond the scope of the source",
		"address unreachable", "port unreachable",
		"source address refused", "route refused",
	};
	static const char *const	exceeded[] = {
		"time to live exceeded", "reassembly time exceeded",
	};
	size_t				at = (size_t)code;

	if (type == (family == AF_INET ? EXCEEDED4 : EXCEEDED6))
		return at < 2 ? exceeded[at] : "time exceeded";
	if (type == (family == AF_INET ? PROBLEM4 : PROBLEM6))
		return "parameter problem";
	if (family == AF_INET && type == UNREACHABLE4)
		return at < sizeof(unreachable4) / sizeof(*unreachable4) ?
		    unreachable4[at] : "destination unreachable";
	if (family == AF_INET6 && type == UNREACHABLE6)
		return at < sizeof(unreachable6) / sizeof(*unreachable6) ?
		    unreachable6[at] : "destination unreachable";
	if (family == AF_INET6 && type == TOO_BIG6)
		return "packet too big";
	return "unknown error";
}

/*
 * The bytes of the header of IPv4 in front of a message of ICMP, and those of
 * the message; 0: that is not what it is.
 */
static size_t
skip_header(const uint8_t *bytes, size_t size, size_t *left)
{
	size_t	header, total;

	if (size < IP4_HEADER || bytes[0] >> 4 != 4)
		return 0;
	header = (size_t)(bytes[0] & 0xf) * 4;
	total = get(bytes + 2);
	if (header < IP4_HEADER || total < header || total > size ||
	    bytes[9] != NEXT_ICMP4)
		return 0;
	*left = total - header;
	return header;
}

/* An error quotes the packet: header of IP, and of that behind it 8 bytes. */
static void
parse_error(int family, const uint8_t *bytes, size_t size,
    struct ping_packet *packet)
{
	struct ping_packet	request;
	size_t			header;

	header = family == AF_INET ? skip_quoted4(bytes, size) :
	    skip_quoted6(bytes, size);
	packet->kind = PING_OTHER;
	if (header == 0)
		return;
	ping_parse_quoted(family, bytes + header, size - header, &request);
	packet->kind = request.kind;
	packet->id = request.id;
	packet->sequence = request.sequence;
	if (request.kind == PING_ERROR)
		packet->to = bytes + (family == AF_INET ? 16 : 24);
}

/* As skip_header(), but the rest of the packet need not be there. */
static size_t
skip_quoted4(const uint8_t *bytes, size_t size)
{
	size_t	header;

	if (size < IP4_HEADER || bytes[0] >> 4 != 4)
		return 0;
	header = (size_t)(bytes[0] & 0xf) * 4;
	/* only the first fragment begins with the request */
	if (header < IP4_HEADER || header > size || bytes[9] != NEXT_ICMP4 ||
	    (get(bytes + 6) & 0x1fff) != 0)
		return 0;
	return header;
}

/* ping sends no header between the two but that of a fragment. */
static size_t
skip_quoted6(const uint8_t *bytes, size_t size)
{
	if (size < IP6_HEADER || bytes[0] >> 4 != 6)
		return 0;
	if (bytes[6] == NEXT_ICMP6)
		return IP6_HEADER;
	if (bytes[6] != NEXT_FRAGMENT6 || size < IP6_HEADER + FRAGMENT6 ||
	    bytes[IP6_HEADER] != NEXT_ICMP6 ||
	    (get(bytes + IP6_HEADER + 2) & 0xfff8) != 0)
		return 0;
	return IP6_HEADER + FRAGMENT6;
}

/* Neither can fail: two bytes hold each number of 16 bits. */
static uint16_t
get(const uint8_t *bytes)
{
	uint64_t	number = 0;

	(void)forkd_socket_get_integer(bytes, 2, FORKD_BIG_ENDIAN, &number);
	return (uint16_t)number;
}

static void
put(uint8_t *bytes, uint16_t number)
{
	(void)forkd_socket_put_integer(bytes, 2, FORKD_BIG_ENDIAN, number);
}
