/* SPDX-License-Identifier: ISC */
/*
 * The dynamic linker of a program.  Where it is missing, as in many a chroot,
 * exec says of the program that there is no such file; lookup.c says better.
 */
#include "config.h"

#include <elf.h>
#include <link.h>
#include <string.h>
#include <unistd.h>

#include "elf_linker.h"

#define CLASS_OURS	(sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)
#define HEADERS_MAX	64	/* programs have about a dozen */

bool
elf_linker(int fd, char *path, size_t size)
{
	ElfW(Ehdr)	file;
	ElfW(Phdr)	segment;
	off_t		place;
	int		i;

	if (pread(fd, &file, sizeof(file), 0) != (ssize_t)sizeof(file) ||
	    memcmp(file.e_ident, ELFMAG, SELFMAG) != 0 ||
	    file.e_ident[EI_CLASS] != CLASS_OURS ||
	    file.e_phentsize != sizeof(segment))
		return false;
	for (i = 0; i < file.e_phnum && i < HEADERS_MAX; i++) {
		place = (off_t)file.e_phoff + i * (off_t)sizeof(segment);
		if (pread(fd, &segment, sizeof(segment), place) !=
		    (ssize_t)sizeof(segment))
			return false;
		if (segment.p_type != PT_INTERP)
			continue;
		if (segment.p_filesz == 0 || segment.p_filesz > size ||
		    pread(fd, path, (size_t)segment.p_filesz,
		    (off_t)segment.p_offset) != (ssize_t)segment.p_filesz)
			return false;
		path[segment.p_filesz - 1] = '\0';
		return true;
	}
	return false;
}
