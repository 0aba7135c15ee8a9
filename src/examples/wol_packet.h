/* SPDX-License-Identifier: ISC */
/*
 * wol_packet: hardware addresses as people write them, and the packet that
 * wakes who has one.  No function here sends or prints.
 */
#ifndef WOL_PACKET_H
#define WOL_PACKET_H

#include <stddef.h>

#define WOL_MAC		6		/* bytes of a hardware address */
#define WOL_TEXT	(3 * WOL_MAC)	/* room for its text, with NUL */
#define WOL_MOST	(6 + 16 * WOL_MAC + 6)	/* bytes of a packet */

/*
 * wol_mac: reads a hardware address: 00:11:22:aa:bb:cc, 00-11-22-aa-bb-cc (one
 * digit will do for each byte of these: 0:1:2:a:b:c), 0011.22aa.bbcc or
 * 001122aabbcc, in lower and upper case.
 * wol_password: one in the same spellings, 6 bytes, or 4: 192.0.2.1; *size is
 * how many.
 * Return 0, or -1, with mac or password as it was: that is none.
 */
int	wol_mac(const char *text, unsigned char mac[WOL_MAC]);
int	wol_password(const char *text, unsigned char password[6],
	    size_t *size);

/* The address as text: 00:11:22:aa:bb:cc. */
void	wol_text(const unsigned char mac[WOL_MAC], char text[WOL_TEXT]);

/*
 * wol_packet: six bytes of ff, sixteen times the address, and the password, of
 * 0, 4 or 6 bytes.  Returns how many bytes that are.
 */
size_t	wol_packet(unsigned char packet[WOL_MOST],
	    const unsigned char mac[WOL_MAC], const unsigned char *password,
	    size_t size);

#endif
