/* SPDX-License-Identifier: ISC */
#ifndef ELF_LINKER_H
#define ELF_LINKER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * elf_linker: whether the file is an ELF program of this machine that wants a
 * dynamic linker, and the path of that; see elf(5).  What is not understood
 * is left to exec.
 */
bool	elf_linker(int fd, char *path, size_t size);

#endif
