/* SPDX-License-Identifier: ISC */
/*
 * ping_packet: messages of ICMP, as bytes: RFC 792 and RFC 4443.  No function
 * here sends, receives, allocates or trusts a byte.
 */
#ifndef PING_PACKET_H
#define PING_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PING_HEADER	8	/* bytes in front of the data */
/* bytes of data that the length field of an IP packet has room for */
#define PING_MOST4	(65535 - 20 - PING_HEADER)
#define PING_MOST6	(65535 - PING_HEADER)

enum ping_kind {
	PING_REPLY,	/* the answer to a request */
	PING_ERROR,	/* somebody could not pass on a request */
	PING_DAMAGED,	/* a reply, but its checksum is wrong (IPv4) */
	PING_OTHER,	/* another message */
	PING_SHORT	/* it ends before it is anything */
};

/* The pointers are into what was parsed. */
struct ping_packet {
	enum ping_kind	 kind;
	uint8_t		 type;		/* of the message; not of PING_SHORT */
	uint8_t		 code;
	/* what follows is of replies and errors */
	uint16_t	 id;		/* of the request that it is about */
	uint16_t	 sequence;
	const uint8_t	*data;		/* of a reply */
	size_t		 size;		/* bytes of data */
	const uint8_t	*to;		/* of an error: the address that the
					   request was for, 4 or 16 bytes;
					   NULL: not said */
};

/* The internet checksum, RFC 1071, of any bytes and any number of them. */
uint16_t ping_checksum(const void *data, size_t size);

/*
 * ping_request: writes the header of an echo request in front of its data:
 * size are the bytes of both, PING_HEADER or more.  Without a checksum if the
 * family is AF_INET6: only the kernel knows both addresses, it fills it in.
 */
void	ping_request(int family, void *packet, size_t size, uint16_t id,
	    uint16_t sequence);

/*
 * ping_parse: what a packet is, all of *packet is filled in.  with_header: it
 * begins with the header of IPv4, as those of raw sockets do (of AF_INET; those
 * of AF_INET6 never do).
 */
void	ping_parse(int family, bool with_header, const void *bytes,
	    size_t size, struct ping_packet *packet);

/*
 * ping_parse_quoted: the beginning of an echo request which somebody could not
 * pass on, alone: PING_ERROR (type and code are the caller's to know), or
 * PING_OTHER, or PING_SHORT.
 */
void	ping_parse_quoted(int family, const void *bytes, size_t size,
	    struct ping_packet *packet);

/* Whether a type of messages is one of errors: a redirect is none. */
bool	ping_is_error(int family, int type);

/* What an error says, as text.  The same for ever, never NULL. */
const char *ping_error_text(int family, int type, int code);

#endif
