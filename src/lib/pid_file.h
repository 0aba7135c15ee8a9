/* SPDX-License-Identifier: ISC */
#ifndef PID_FILE_H
#define PID_FILE_H

struct error;

/*
 * pid_file_take: locks the file, makes it if it is not there, and writes the
 * id of this process, which can hold one such file.  Returns 0, or -1 with
 * error, whose exit code is EX_CANTCREAT: EEXIST (a process that lives has
 * locked it, or it is no pid file), ENOSPC, EACCES and others; a file of
 * somebody else is what it was then.
 */
int	pid_file_take(const char *path, struct error *);

/*
 * pid_file_release: removes the file, if it is still the one that was made,
 * and gives the lock back.  Nothing to do without one.  Keeps errno.
 */
void	pid_file_release(void);

/* pid_file_close_in_child: the lock must end with the process that took it. */
void	pid_file_close_in_child(void);

#endif
