/* SPDX-License-Identifier: ISC */
#ifndef NOMALLOC_H
#define NOMALLOC_H

/*
 * Of the object nomalloc, for LD_PRELOAD; NULL in a program without it.
 *
 * nomalloc_arm: the nth allocation of this process from now on fails.
 * nomalloc_disarm: none does; returns whether it came to that.
 * nomalloc_live: how many allocations are not freed yet.
 */
void	nomalloc_arm(long nth) __attribute__((weak));
int	nomalloc_disarm(void) __attribute__((weak));
long	nomalloc_live(void) __attribute__((weak));

#endif
