/* SPDX-License-Identifier: ISC */
#ifndef LOG_STREAM_H
#define LOG_STREAM_H

#include <stdbool.h>
#include <stddef.h>

/* A descriptor that log lines are written to. */
struct log_stream {
	int	fd;		/* -1: none */
	bool	own;		/* fd is closed with the stream */
	bool	is_socket;
	bool	may_block;	/* and has no description of its own */
	bool	is_journal;	/* lines begin with <N>, see systemd.exec(5) */
	bool	is_torn;	/* the last line was cut by a short write */
};

/* log_stream_init: none. */
void	log_stream_init(struct log_stream *);

/* log_stream_stderr: standard error; it stays as it is for others. */
void	log_stream_stderr(struct log_stream *);

/*
 * log_stream_file: opens a file to append to, made with mode 0640 if it is
 * missing.  Returns 0, or -1 with errno of open(2), and the stream stays what
 * it was.
 */
int	log_stream_file(struct log_stream *, const char *path);

/* log_stream_close: none again. */
void	log_stream_close(struct log_stream *);

/*
 * log_stream_write: whether the line, new line and all, was written.  What
 * would have to wait is not.
 */
bool	log_stream_write(struct log_stream *, const char *line, size_t);

#endif
