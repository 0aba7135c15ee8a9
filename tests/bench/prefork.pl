#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# hello under Net::Server::PreFork (Debian: libnet-server-perl), for comparisons.
#
#	prefork.pl port user processes
use strict;
use warnings;

package Hello;
use parent 'Net::Server::PreFork';

sub process_request { print "hello\n" }

package main;
my ($port, $user, $processes) = @ARGV;
my ($group) = (getgrgid((getpwnam $user)[3]))[0];
Hello->run(host => '127.0.0.1', port => $port, ipv => 4, listen => 4096,
    user => $user, group => $group, log_level => 0, max_requests => 1_000_000,
    min_servers => $processes, max_servers => $processes + 1,
    min_spare_servers => 0, max_spare_servers => $processes);
