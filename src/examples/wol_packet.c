/* SPDX-License-Identifier: ISC */
/* wol_packet: see wol_packet.h. */
#include <stdio.h>
#include <string.h>

#include "wol_packet.h"

static int	read_groups(const char *, unsigned char *);
static int	read_digits(const char *, size_t, unsigned char *);
static int	read_decimal(const char *, unsigned char *);
static int	digit(char);

int
wol_mac(const char *text, unsigned char mac[WOL_MAC])
{
	unsigned char	read[WOL_MAC];
	char		digits[2 * WOL_MAC];

	if (strlen(text) == 14 && text[4] == '.' && text[9] == '.') {
		memcpy(digits, text, 4);
		memcpy(digits + 4, text + 5, 4);
		memcpy(digits + 8, text + 10, 4);
		if (read_digits(digits, WOL_MAC, read) == -1)
			return -1;
	} else if (strlen(text) == sizeof(digits) &&
	    strpbrk(text, ":-") == NULL) {
		if (read_digits(text, WOL_MAC, read) == -1)
			return -1;
	} else if (read_groups(text, read) == -1)
		return -1;
	memcpy(mac, read, sizeof(read));
	return 0;
}

int
wol_password(const char *text, unsigned char password[6], size_t *size)
{
	if (wol_mac(text, password) == 0) {
		*size = WOL_MAC;
		return 0;
	}
	if (read_decimal(text, password) == -1)
		return -1;
	*size = 4;
	return 0;
}

void
wol_text(const unsigned char mac[WOL_MAC], char text[WOL_TEXT])
{
	(void)snprintf(text, WOL_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x",
	    mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

size_t
wol_packet(unsigned char packet[WOL_MOST], const unsigned char mac[WOL_MAC],
    const unsigned char *password, size_t size)
{
	size_t	i;

	memset(packet, 0xff, 6);
	for (i = 0; i < 16; i++)
		memcpy(packet + 6 + i * WOL_MAC, mac, WOL_MAC);
	if (size > 0)
		memcpy(packet + 6 + 16 * WOL_MAC, password, size);
	return 6 + 16 * WOL_MAC + size;
}

/* Six numbers of one or two digits, the same : or - between all of them. */
static int
read_groups(const char *text, unsigned char *bytes)
{
	char	between;
	int	high, i, low;

	between = '\0';
	for (i = 0; i < WOL_MAC; i++) {
		low = digit(*text);
		if (low == -1)
			return -1;
		text++;
		if (digit(*text) != -1) {
			high = low;
			low = digit(*text++);
			low += high * 16;
		}
		bytes[i] = (unsigned char)low;
		if (i == 0)
			between = *text;
		/* the end of the text is not to be taken for what is between */
		if (between != ':' && between != '-')
			return -1;
		if (*text != (i == WOL_MAC - 1 ? '\0' : between))
			return -1;
		if (i < WOL_MAC - 1)
			text++;
	}
	return 0;
}

/* Two digits each, and nothing else. */
static int
read_digits(const char *digits, size_t size, unsigned char *bytes)
{
	int	high, low;
	size_t	i;

	for (i = 0; i < size; i++) {
		high = digit(digits[2 * i]);
		low = digit(digits[2 * i + 1]);
		if (high == -1 || low == -1)
			return -1;
		bytes[i] = (unsigned char)(high * 16 + low);
	}
	return 0;
}

/* Four decimal numbers of 0 to 255, with points between. */
static int
read_decimal(const char *text, unsigned char *bytes)
{
	unsigned char	read[4];
	int		count, i, number;

	for (i = 0; i < 4; i++) {
		number = 0;
		for (count = 0; count < 3 && *text >= '0' && *text <= '9';
		    count++)
			number = number * 10 + (*text++ - '0');
		if (count == 0 || number > 255 ||
		    *text != (i == 3 ? '\0' : '.'))
			return -1;
		read[i] = (unsigned char)number;
		text++;
	}
	memcpy(bytes, read, sizeof(read));
	return 0;
}

/* What it stands for, in any locale; -1: nothing. */
static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}
