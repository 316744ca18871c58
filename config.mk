# Settings of the build; every one may be given on the command line: make CC=clang SAN=address,undefined V=1
CC      ?= gcc
SAN     ?=
V       ?= 0
PREFIX  ?= /usr/local
DESTDIR ?=
SYSCONFDIR ?= /etc
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
TMPFILESDIR ?= $(PREFIX)/lib/tmpfiles.d
OPT     ?= -O2 -g
