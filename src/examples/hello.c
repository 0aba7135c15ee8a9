/* SPDX-License-Identifier: ISC */
/*
 * Says hello: what became of the `very simple interaction' between a TCP client
 * and a TCP server, a note at socket_accept() in the PHP manual.
 *
 *	cc -o hello hello.c $(pkg-config --cflags --libs forkd)
 *	./hello -d -l 127.0.0.1:5000 -u nobody
 *
 * The options are those of forkd(8).  Its client is hello_client.c.
 *
 * What was wrong there, and what rules it out here:
 *  -	It served one client and ended.  This one serves until it is told to
 *	stop, each client in a process of its own, with a backlog of 128 and
 *	not of 1.
 *  -	No call was looked at: where the port was in use, it went on without a
 *	socket and said nothing.  forkd_main() says what failed on which
 *	address, and the exit status tells, too.
 *  -	Started again at once, it could not have its address: connections of
 *	the last one were still known.  Listeners have SO_REUSEADDR.
 *  -	A write may be short, and its result was not looked at.  stdio writes
 *	all of it when serve returns, and says so if it cannot.
 *  -	It closed with what the client had sent unread, so that the client
 *	could lose the text.  The library ends the output first, and waits a
 *	little for the client.
 *  -	The text had no end: its client could not tell whether it had all of
 *	it.  It is a line.
 *  -	As root, it stayed root.  -u is asked for.
 */
#include <stdio.h>

#include <forkd.h>

static int
greet(struct forkd_conn *conn, void *arg)
{
	return fputs("hello world ^_^\n", forkd_conn_out(conn)) == EOF ? -1 :
	    0;
}

int
main(int argc, char *argv[])
{
	static const struct forkd_ops	ops = { .serve = greet };

	return forkd_main(argc, argv, &ops, NULL);
}
