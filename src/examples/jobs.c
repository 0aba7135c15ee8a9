/* SPDX-License-Identifier: ISC */
/*
 * A job server.  The jobs are files in a directory that only the master can
 * read; for each client, it opens the next one and hands the open descriptor
 * to the worker, which sends it to the client.  A job is given out once.
 *
 *	cc -o jobs jobs.c $(pkg-config --cflags --libs forkd)
 *	JOBS=/var/spool/jobs ./jobs -d -l 127.0.0.1:10000 -u nobody
 *
 * The master alone chooses the file: no name comes from outside.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <forkd.h>

enum { WANTED, JOB, NO_JOB };

/*
 * An answer says whose it is: it may come when that client has given up, and
 * the worker has another one.
 */
struct answer {
	uint64_t	client;
	char		name[256];
};

/* Opens the next job; entry is its name. */
static int
next_job(DIR *queue, struct dirent **entry)
{
	struct stat	status;
	int		fd;

	rewinddir(queue);
	while ((*entry = readdir(queue)) != NULL) {
		/* O_NONBLOCK: the master would wait for the writer of a fifo */
		fd = openat(dirfd(queue), (*entry)->d_name,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd != -1 && fstat(fd, &status) == 0 &&
		    S_ISREG(status.st_mode))
			return fd;
		if (fd != -1)
			close(fd);
	}
	return -1;
}

/* In the master: a worker wants a job. */
static void
hand_out(struct forkd *server, int slot, uint32_t type, const void *data,
    size_t size, int fd, void *arg)
{
	struct answer	 answer;
	struct dirent	*entry;
	DIR		*queue = arg;
	int		 job;

	if (fd != -1)
		close(fd);
	if (type != WANTED || size != sizeof(answer.client))
		return;
	memset(&answer, 0, sizeof(answer));
	memcpy(&answer.client, data, size);
	job = next_job(queue, &entry);
	if (job == -1) {
		forkd_send(server, slot, NO_JOB, &answer, sizeof(answer), -1);
		return;
	}
	(void)snprintf(answer.name, sizeof(answer.name), "%s", entry->d_name);
	/* only what is under way is taken from the queue */
	if (forkd_send(server, slot, JOB, &answer, sizeof(answer), job) == 0)
		unlinkat(dirfd(queue), entry->d_name, 0);
	close(job);		/* the worker has its own */
}

/* In a worker: the answer for this client.  A job for another one is over. */
static int
ask(struct forkd *server, uint64_t client, struct answer *answer,
    uint32_t *type, int *job)
{
	ssize_t	n;

	if (forkd_send(server, FORKD_MASTER, WANTED, &client, sizeof(client),
	    -1) == -1)
		return -1;
	while ((n = forkd_receive(server, type, answer, sizeof(*answer), job,
	    5000)) != -1) {
		if (n == sizeof(*answer) && answer->client == client)
			return 0;
		if (*job != -1)
			close(*job);
	}
	return -1;
}

static int
serve(struct forkd_conn *conn, void *arg)
{
	struct forkd	*server = forkd_conn_server(conn);
	FILE		*out = forkd_conn_out(conn);
	struct answer	 answer;
	char		 part[4096];
	ssize_t		 n;
	uint32_t	 type;
	int		 job = -1;

	if (ask(server, forkd_conn_serial(conn), &answer, &type, &job) == -1)
		return -1;
	if (type != JOB || job == -1) {
		fprintf(out, "Nothing to do.\n");
		return 0;
	}
	fprintf(out, "Job %s:\n", answer.name);
	while ((n = read(job, part, sizeof(part))) > 0)
		fwrite(part, 1, (size_t)n, out);
	close(job);
	return n == -1 ? -1 : 0;
}

int
main(int argc, char *argv[])
{
	static const struct forkd_ops	 ops = {
		.serve = serve, .message = hand_out
	};
	const char			*path = getenv("JOBS");
	DIR				*queue;
	int				 status;

	queue = opendir(path != NULL ? path : "/var/spool/jobs");
	if (queue == NULL) {
		perror(path != NULL ? path : "/var/spool/jobs");
		return EXIT_FAILURE;
	}
	status = forkd_main(argc, argv, &ops, queue);
	closedir(queue);
	return status;
}
