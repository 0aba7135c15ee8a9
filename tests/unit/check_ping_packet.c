/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of ping's messages: the checksum against known ones and against
 * another way to compute it, requests byte for byte, what replies and errors
 * are taken for.  Packets lie at the end of their memory, so that valgrind and
 * sanitizers see who reads behind them.
 */

#include "config.h"

#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>

#include "unit.h"

#include "../../src/examples/ping_packet.h"

/* Another way, RFC 1071, 2: numbers of either order of bytes, one's complement
 * by the remainder of 65535. */
static uint16_t
other_checksum(const unsigned char *data, size_t size)
{
	uint64_t	sum;
	size_t		i;

	sum = 0;
	for (i = 0; i < size; i++)
		sum += i % 2 == 0 ? data[i] : data[i] * UINT64_C(256);
	if (sum != 0)
		sum = (sum - 1) % 65535 + 1;
	sum = (sum & 0xff) << 8 | sum >> 8;
	return (uint16_t)(0xffff - sum);
}

/* The bytes, alone in their memory. */
static unsigned char *
alone(const void *bytes, size_t size)
{
	unsigned char	*copy;

	copy = malloc(size == 0 ? 1 : size);
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, bytes, size);
	return copy;
}

static uint16_t
sum_of(const void *bytes, size_t size)
{
	unsigned char	*copy;
	uint16_t	 sum;

	copy = alone(bytes, size);
	sum = ping_checksum(copy, size);
	free(copy);
	return sum;
}

static void
parse(int family, bool with_header, const void *bytes, size_t size,
    struct ping_packet *packet)
{
	unsigned char	*copy;

	copy = alone(bytes, size);
	ping_parse(family, with_header, copy, size, packet);
	if (packet->data != NULL) {
		ck_assert(packet->data >= copy);
		ck_assert(packet->data + packet->size <= copy + size);
	}
	free(copy);
}

START_TEST(checksum_known)
{
	/* the example of RFC 1071, 3: the sum is ddf2 */
	static const unsigned char	rfc[] = {
		0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7
	};
	/* a header of IPv4, with its checksum, b861, left out */
	static const unsigned char	ip[] = {
		0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
		0x00, 0x00, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7
	};

	ck_assert_uint_eq(sum_of(rfc, 8), 0xffff - 0xddf2);
	ck_assert_uint_eq(sum_of(ip, 20), 0xb861);
	ck_assert_uint_eq(sum_of("", 0), 0xffff);
	ck_assert_uint_eq(sum_of("\0\0", 2), 0xffff);
	ck_assert_uint_eq(sum_of("\xff\xff", 2), 0);
	ck_assert_uint_eq(sum_of("\xff\xff\xff\xff", 4), 0);
}
END_TEST

START_TEST(checksum_odd)
{
	ck_assert_uint_eq(sum_of("\x01", 1), 0xffff - 0x0100);
	ck_assert_uint_eq(sum_of("\xff", 1), 0x00ff);
	ck_assert_uint_eq(sum_of("\x12\x34\x56", 3), 0xffff - 0x6834);
	/* a zero in an odd place is no end */
	ck_assert_uint_eq(sum_of("\x12\0\x56\0\x01", 5), 0xffff - 0x6900);
	/* as a zero behind it */
	ck_assert_uint_eq(sum_of("\xab\xcd\xef", 3),
	    sum_of("\xab\xcd\xef\0", 4));
}
END_TEST

START_TEST(checksum_any)
{
	static unsigned char	data[70000];
	size_t			i, size;

	srandom(1071);
	for (i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)random();
	for (size = 0; size < 300; size++)
		ck_assert_uint_eq(sum_of(data + size, size),
		    other_checksum(data + size, size));
	for (size = 65500; size < 65540; size++)
		ck_assert_uint_eq(sum_of(data, size),
		    other_checksum(data, size));
	memset(data, 0xff, sizeof(data));
	for (size = 1; size < sizeof(data); size += 997)
		ck_assert_uint_eq(sum_of(data, size),
		    other_checksum(data, size));
}
END_TEST

START_TEST(request)
{
	unsigned char	packet[] = "........abc";

	ping_request(AF_INET, packet, 11, 0x1234, 0xfffe);
	/* 0800 + 1234 + fffe + 6162 + 6300, of that the complement */
	ck_assert_mem_eq(packet, "\x08\0\x21\x6a\x12\x34\xff\xfe" "abc", 11);
	ck_assert_uint_eq(ping_checksum(packet, 11), 0);
	ping_request(AF_INET6, packet, 11, 1, 2);
	ck_assert_mem_eq(packet, "\x80\0\0\0\0\x01\0\x02" "abc", 11);
	ping_request(AF_INET, packet, 8, 0, 0);
	ck_assert_mem_eq(packet, "\x08\0\xf7\xff\0\0\0\0" "abc", 11);
}
END_TEST

START_TEST(reply)
{
	struct ping_packet	packet;

	parse(AF_INET, false, "\0\0\x8c\xc6\x12\x34\0\x05" "a", 9, &packet);
	ck_assert_int_eq(packet.kind, PING_REPLY);
	ck_assert_uint_eq(packet.id, 0x1234);
	ck_assert_uint_eq(packet.sequence, 5);
	ck_assert_uint_eq(packet.size, 1);
	parse(AF_INET, false, "\0\0\x8c\xc6\x12\x34\0\x05" "b", 9, &packet);
	ck_assert_int_eq(packet.kind, PING_DAMAGED);
	ck_assert_uint_eq(packet.id, 0x1234);
	/* the checksum of IPv6 is the kernel's */
	parse(AF_INET6, false, "\x81\0\xff\xff\xab\xcd\x01\x02", 8, &packet);
	ck_assert_int_eq(packet.kind, PING_REPLY);
	ck_assert_uint_eq(packet.id, 0xabcd);
	ck_assert_uint_eq(packet.sequence, 0x102);
	ck_assert_uint_eq(packet.size, 0);
	/* the own request, another code, the other family's reply */
	parse(AF_INET, false, "\x08\0\0\0\0\0\0\0", 8, &packet);
	ck_assert_int_eq(packet.kind, PING_OTHER);
	parse(AF_INET, false, "\0\x01\0\0\0\0\0\0", 8, &packet);
	ck_assert_int_eq(packet.kind, PING_OTHER);
	parse(AF_INET, false, "\x81\0\0\0\0\0\0\0", 8, &packet);
	ck_assert_int_eq(packet.kind, PING_OTHER);
	parse(AF_INET6, false, "\x80\0\0\0\0\0\0\0", 8, &packet);
	ck_assert_int_eq(packet.kind, PING_OTHER);
	parse(AF_INET6, false, "\x81\x02\0\0\0\0\0\0", 8, &packet);
	ck_assert_int_eq(packet.kind, PING_OTHER);
}
END_TEST

START_TEST(header)
{
	unsigned char		bytes[60 + 9];
	struct ping_packet	packet;
	size_t			length;

	for (length = 20; length <= 60; length += 4) {
		memset(bytes, 0xee, sizeof(bytes));
		bytes[0] = (unsigned char)(0x40 + length / 4);
		bytes[2] = 0;
		bytes[3] = (unsigned char)(length + 9);
		bytes[9] = 1;
		memcpy(bytes + length, "\0\0\x8c\xc6\x12\x34\0\x05" "a", 9);
		parse(AF_INET, true, bytes, length + 9, &packet);
		ck_assert_int_eq(packet.kind, PING_REPLY);
		ck_assert_uint_eq(packet.size, 1);
		/* one byte is missing */
		parse(AF_INET, true, bytes, length + 8, &packet);
		ck_assert_int_eq(packet.kind, PING_SHORT);
	}
	/* what is behind the packet is not of it */
	bytes[0] = 0x45;
	bytes[3] = 29;
	memcpy(bytes + 20, "\0\0\x8c\xc6\x12\x34\0\x05" "a", 9);
	parse(AF_INET, true, bytes, 50, &packet);
	ck_assert_int_eq(packet.kind, PING_REPLY);
	ck_assert_uint_eq(packet.size, 1);
}
END_TEST

START_TEST(header_wrong)
{
	static const struct {
		size_t		at;
		unsigned char	byte;
	}			wrong[] = {
		{ 0, 0x65 }, { 0, 0x44 }, { 0, 0x4f }, { 2, 1 }, { 3, 19 },
		{ 3, 27 }, { 9, 17 }
	};
	unsigned char		bytes[28] = "\x45\0\0\x1c";
	struct ping_packet	packet;
	size_t			i;

	bytes[9] = 1;
	memcpy(bytes + 20, "\0\0\xff\xff\0\0\0\0", 8);
	parse(AF_INET, true, bytes, 28, &packet);
	ck_assert_int_eq(packet.kind, PING_REPLY);
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		unsigned char	other[28];

		memcpy(other, bytes, sizeof(other));
		other[wrong[i].at] = wrong[i].byte;
		parse(AF_INET, true, other, 28, &packet);
		ck_assert_int_eq(packet.kind, PING_SHORT);
	}
	for (i = 0; i < 28; i++) {
		parse(AF_INET, true, bytes, i, &packet);
		ck_assert_int_eq(packet.kind, PING_SHORT);
	}
}
END_TEST

/* An error about a request; its checksum is as it should be. */
static size_t
error4(unsigned char *bytes, int type, size_t quoted)
{
	uint16_t	sum;

	memset(bytes, 0, 8 + quoted + 8);
	bytes[0] = (unsigned char)type;
	bytes[1] = 1;
	bytes[8] = (unsigned char)(0x40 + quoted / 4);
	bytes[8 + 9] = 1;
	memcpy(bytes + 8 + 16, "\xc0\0\x02\x07", 4);
	memcpy(bytes + 8 + quoted, "\x08\0\xff\xff\x12\x34\0\x09", 8);
	sum = ping_checksum(bytes, 8 + quoted + 8);
	bytes[2] = (unsigned char)(sum >> 8);
	bytes[3] = (unsigned char)sum;
	return 8 + quoted + 8;
}

START_TEST(errors4)
{
	static const int	types[] = { 3, 11, 12 };
	unsigned char		bytes[100];
	struct ping_packet	packet;
	size_t			i, quoted, size;

	for (i = 0; i < 3; i++)
		for (quoted = 20; quoted <= 60; quoted += 4) {
			size = error4(bytes, types[i], quoted);
			ping_parse(AF_INET, false, bytes, size, &packet);
			ck_assert_int_eq(packet.kind, PING_ERROR);
			ck_assert_uint_eq(packet.type, types[i]);
			ck_assert_uint_eq(packet.code, 1);
			ck_assert_uint_eq(packet.id, 0x1234);
			ck_assert_uint_eq(packet.sequence, 9);
			ck_assert_mem_eq(packet.to, "\xc0\0\x02\x07", 4);
			bytes[2] ^= 1;
			parse(AF_INET, false, bytes, size, &packet);
			ck_assert_int_eq(packet.kind, PING_OTHER);
		}
	/* a redirect is none */
	size = error4(bytes, 5, 20);
	parse(AF_INET, false, bytes, size, &packet);
	ck_assert_int_eq(packet.kind, PING_OTHER);
}
END_TEST

/* Quoted is something else: it is no error of ours, whatever it is. */
START_TEST(errors4_wrong)
{
	static const struct {
		size_t		at;
		unsigned char	byte;
	}			wrong[] = {
		{ 8, 0x65 }, { 8, 0x44 }, { 8, 0x4f }, { 8 + 7, 1 },
		{ 8 + 6, 0x10 }, { 8 + 9, 17 }, { 28, 0 }, { 29, 1 }
	};
	unsigned char		bytes[100];
	struct ping_packet	packet;
	size_t			i, size;
	uint16_t		sum;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		size = error4(bytes, 3, 20);
		bytes[wrong[i].at] = wrong[i].byte;
		bytes[2] = bytes[3] = 0;
		sum = ping_checksum(bytes, size);
		bytes[2] = (unsigned char)(sum >> 8);
		bytes[3] = (unsigned char)sum;
		parse(AF_INET, false, bytes, size, &packet);
		ck_assert_int_ne(packet.kind, PING_ERROR);
	}
	for (i = 0; i < 36; i++) {
		(void)error4(bytes, 3, 20);
		bytes[2] = bytes[3] = 0;
		sum = ping_checksum(bytes, i);
		bytes[2] = (unsigned char)(sum >> 8);
		bytes[3] = (unsigned char)sum;
		parse(AF_INET, false, bytes, i, &packet);
		ck_assert_int_ne(packet.kind, PING_ERROR);
	}
}
END_TEST

START_TEST(errors6)
{
	unsigned char		bytes[8 + 40 + 8 + 8];
	struct ping_packet	packet;
	size_t			i, size;
	int			fragment;

	for (fragment = 0; fragment < 2; fragment++) {
		memset(bytes, 0, sizeof(bytes));
		bytes[0] = 1;
		bytes[1] = 3;
		bytes[8] = 0x60;
		bytes[8 + 6] = fragment ? 44 : 58;
		bytes[8 + 40] = 58;		/* of the fragment */
		memset(bytes + 8 + 24, 7, 16);
		size = fragment ? 56 : 48;
		memcpy(bytes + size, "\x80\0\0\0\x12\x34\0\x09", 8);
		size += 8;
		ping_parse(AF_INET6, false, bytes, size, &packet);
		ck_assert_int_eq(packet.kind, PING_ERROR);
		ck_assert_uint_eq(packet.id, 0x1234);
		ck_assert_uint_eq(packet.sequence, 9);
		for (i = 0; i < 16; i++)
			ck_assert_uint_eq(packet.to[i], 7);
		for (i = 0; i < size; i++) {
			parse(AF_INET6, false, bytes, i, &packet);
			ck_assert_int_ne(packet.kind, PING_ERROR);
		}
	}
	bytes[8 + 40 + 3] = 8;			/* not the first fragment */
	parse(AF_INET6, false, bytes, size, &packet);
	ck_assert_int_eq(packet.kind, PING_OTHER);
	bytes[8 + 40 + 3] = 1;			/* the first of several */
	parse(AF_INET6, false, bytes, size, &packet);
	ck_assert_int_eq(packet.kind, PING_ERROR);
	bytes[8 + 6] = 17;
	parse(AF_INET6, false, bytes, size, &packet);
	ck_assert_int_eq(packet.kind, PING_OTHER);
}
END_TEST

START_TEST(kinds)
{
	int	type;

	for (type = 0; type < 256; type++) {
		ck_assert_int_eq(ping_is_error(AF_INET, type),
		    type == 3 || type == 11 || type == 12);
		ck_assert_int_eq(ping_is_error(AF_INET6, type), type < 128);
	}
}
END_TEST

START_TEST(texts)
{
	int	code, type;

	for (type = 0; type < 256; type++)
		for (code = 0; code < 256; code++) {
			ck_assert_str_ne(ping_error_text(AF_INET, type, code),
			    "");
			ck_assert_str_ne(ping_error_text(AF_INET6, type, code),
			    "");
		}
	ck_assert_str_eq(ping_error_text(AF_INET, 3, 1), "host unreachable");
	ck_assert_str_eq(ping_error_text(AF_INET, 3, 13), "prohibited");
	ck_assert_str_eq(ping_error_text(AF_INET, 3, 14),
	    "destination unreachable");
	ck_assert_str_eq(ping_error_text(AF_INET, 11, 0),
	    "time to live exceeded");
	ck_assert_str_eq(ping_error_text(AF_INET, 12, 0), "parameter problem");
	ck_assert_str_eq(ping_error_text(AF_INET6, 1, 3),
	    "address unreachable");
	ck_assert_str_eq(ping_error_text(AF_INET6, 2, 0), "packet too big");
	ck_assert_str_eq(ping_error_text(AF_INET6, 3, 1),
	    "reassembly time exceeded");
	ck_assert_str_eq(ping_error_text(AF_INET6, 4, 1),
	    "parameter problem");
	ck_assert_str_eq(ping_error_text(AF_INET6, 5, 1), "unknown error");
}
END_TEST

static Suite *
suite(void)
{
	Suite	*suite;
	TCase	*tcase;

	suite = suite_create("ping_packet");
	tcase = tcase_create("ping_packet");
	tcase_add_test(tcase, checksum_known);
	tcase_add_test(tcase, checksum_odd);
	tcase_add_test(tcase, checksum_any);
	tcase_add_test(tcase, request);
	tcase_add_test(tcase, reply);
	tcase_add_test(tcase, header);
	tcase_add_test(tcase, header_wrong);
	tcase_add_test(tcase, errors4);
	tcase_add_test(tcase, errors4_wrong);
	tcase_add_test(tcase, errors6);
	tcase_add_test(tcase, kinds);
	tcase_add_test(tcase, texts);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return unit_run(suite());
}
