/* SPDX-License-Identifier: ISC */
/*
 * Unit tests of wol's hardware addresses, passwords and packets.
 */

#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "unit.h"

#include "../../src/examples/wol_packet.h"

static const unsigned char	some[WOL_MAC] = {
	0x00, 0x11, 0x22, 0xaa, 0xbb, 0xcc
};

START_TEST(spellings)
{
	static const char *const	texts[] = {
		"00:11:22:aa:bb:cc", "00-11-22-aa-bb-cc", "0011.22aa.bbcc",
		"001122aabbcc", "00:11:22:AA:BB:CC", "00-11-22-Aa-bB-CC",
		"0011.22AA.BBCC", "001122AABBCC", "0:11:22:aa:bb:cc",
		"0-11-22-aa-bb-cc"
	};
	unsigned char			mac[WOL_MAC];
	size_t				i;

	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		memset(mac, 'x', sizeof(mac));
		ck_assert_msg(wol_mac(texts[i], mac) == 0, "%s", texts[i]);
		ck_assert_mem_eq(mac, some, WOL_MAC);
	}
	ck_assert_int_eq(wol_mac("0:1:2:a:F:9", mac), 0);
	ck_assert_mem_eq(mac, "\0\x01\x02\x0a\x0f\x09", 6);
	ck_assert_int_eq(wol_mac("9-8-7-6-5-4", mac), 0);
	ck_assert_mem_eq(mac, "\x09\x08\x07\x06\x05\x04", 6);
	ck_assert_int_eq(wol_mac("ff:ff:ff:ff:ff:ff", mac), 0);
	ck_assert_mem_eq(mac, "\xff\xff\xff\xff\xff\xff", 6);
}
END_TEST

START_TEST(refused)
{
	static const char *const	texts[] = {
		"", " ", "0", ":", "00:11:22:aa:bb", "00:11:22:aa:bb:",
		"00:11:22:aa:bb:cc:", "00:11:22:aa:bb:cc:dd",
		":00:11:22:aa:bb:cc", "00:11:22:aa:bb:cc ",
		" 00:11:22:aa:bb:cc", "00:11:22:aa:bb:cg",
		"00:11:22:aa:bb:ccc", "000:11:22:aa:bb:c", "00:11:22:aa::cc",
		"00:11:22:aa:bb-cc", "00-11:22-aa:bb-cc", "00.11.22.aa.bb.cc",
		"00:11:22:aa:bb:0x", "0x:11:22:aa:bb:cc", "0x1122aabbcc",
		"-1:11:22:aa:bb:cc", "+1:11:22:aa:bb:cc",
		"00 11 22 aa bb cc", "00:11:22:aa:bb:cc\n",
		"001122aabbc", "001122aabbccd", "001122aabbc:",
		"001122aabbc-", "001122aabbcg", "0:1122aabbcc",
		"0011.22aa.bbc", "0011.22aa.bbccd", "0011.22aa:bbcc",
		"0011:22aa:bbcc", "001.122aa.bbcc", "0011.22aa.bbcg",
		"0011.22aabbcc", "0011.22aa.bb.c", ".0011.22aa.bbc",
		"my:00:11:22:aa:bb:cc", "your:MAC:address", "192.0.2.1"
	};
	unsigned char			mac[WOL_MAC];
	char				text[64];
	size_t				i;

	memset(mac, 'x', sizeof(mac));
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		/* what is behind the end is not read, though it would fit */
		memset(text, 0, sizeof(text));
		memcpy(text, texts[i], strlen(texts[i]));
		memcpy(text + strlen(text) + 1, "1\0" "2\0" "3\0" "4\0" "5", 10);
		ck_assert_msg(wol_mac(text, mac) == -1, "%s", texts[i]);
		ck_assert_mem_eq(mac, "xxxxxx", WOL_MAC);
	}
}
END_TEST

/* Any byte in any place of each spelling: only digits are digits. */
START_TEST(any_byte)
{
	static const char *const	texts[] = {
		"00:11:22:aa:bb:cc", "0011.22aa.bbcc", "001122aabbcc"
	};
	unsigned char			mac[WOL_MAC];
	char				text[20];
	size_t				at, i;
	int				c;
	bool				is_digit, was_digit;

	for (i = 0; i < 3; i++)
		for (at = 0; at < strlen(texts[i]); at++)
			for (c = 1; c < 256; c++) {
				memcpy(text, texts[i], strlen(texts[i]) + 1);
				was_digit = strchr(":.", text[at]) == NULL;
				is_digit = strchr("0123456789abcdefABCDEF",
				    c) != NULL;
				if (text[at] == (char)c)
					continue;
				text[at] = (char)c;
				ck_assert_msg((wol_mac(text, mac) == 0) ==
				    (was_digit && is_digit), "%s", text);
			}
}
END_TEST

START_TEST(passwords)
{
	static const char *const	wrong[] = {
		"", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.", "1..3.4",
		"1.2.3.4 ", "0001.2.3.4", "1.2.3.-4", "a.b.c.d", "1:2:3:4"
	};
	unsigned char			password[6];
	size_t				i, size;

	size = 0;
	ck_assert_int_eq(wol_password("0.9.255.10", password, &size), 0);
	ck_assert_uint_eq(size, 4);
	ck_assert_mem_eq(password, "\0\x09\xff\x0a", 4);
	ck_assert_int_eq(wol_password("00-11-22-AA-BB-CC", password, &size),
	    0);
	ck_assert_uint_eq(size, 6);
	ck_assert_mem_eq(password, some, 6);
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		memset(password, 'x', sizeof(password));
		ck_assert_msg(wol_password(wrong[i], password, &size) == -1,
		    "%s", wrong[i]);
		ck_assert_mem_eq(password, "xxxxxx", 6);
		ck_assert_uint_eq(size, 6);
	}
}
END_TEST

START_TEST(texts)
{
	char	text[WOL_TEXT];

	wol_text(some, text);
	ck_assert_str_eq(text, "00:11:22:aa:bb:cc");
}
END_TEST

START_TEST(packets)
{
	unsigned char	packet[WOL_MOST], want[WOL_MOST];
	size_t		i;

	memset(want, 0xff, 6);
	for (i = 0; i < 96; i++)
		want[6 + i] = some[i % 6];
	memcpy(want + 102, "secret", 6);
	ck_assert_uint_eq(wol_packet(packet, some, NULL, 0), 102);
	ck_assert_mem_eq(packet, want, 102);
	for (i = 4; i <= 6; i += 2) {
		memset(packet, 0, sizeof(packet));
		ck_assert_uint_eq(wol_packet(packet, some,
		    (const unsigned char *)"secret", i), 102 + i);
		ck_assert_mem_eq(packet, want, 102 + i);
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite	*suite;
	TCase	*tcase;

	suite = suite_create("wol_packet");
	tcase = tcase_create("wol_packet");
	tcase_add_test(tcase, spellings);
	tcase_add_test(tcase, refused);
	tcase_add_test(tcase, any_byte);
	tcase_add_test(tcase, passwords);
	tcase_add_test(tcase, texts);
	tcase_add_test(tcase, packets);
	suite_add_tcase(suite, tcase);
	return suite;
}

int
main(void)
{
	return unit_run(suite());
}
