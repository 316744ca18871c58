# Shiftwall. `make help` says what the targets do.
include config.mk

comma := ,
san_tag := $(subst $(comma),-,$(SAN))
BUILD ?= build$(if $(san_tag),/$(san_tag))$(if $(filter clang,$(CC)),$(if $(san_tag),-clang,/clang))

PKGS      := libuv hiredis libcjson libsodium zlib sqlite3 pangocairo xlsxwriter libcurl
# As system headers: their warnings are not ours.
PKG_CFLAGS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PKGS) 2>/dev/null))
CPPFLAGS  += -D_GNU_SOURCE -Iinclude -Iserver -DNDEBUG -DSW_SHARE_DIR='"$(PREFIX)/share/shiftwall"' $(PKG_CFLAGS)
CFLAGS    += -std=c11 $(OPT) -Wall -Wextra -Wconversion -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wno-missing-field-initializers -Werror \
             -fno-omit-frame-pointer $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all)
LDFLAGS   += $(if $(SAN),-fsanitize=$(SAN)) -rdynamic
IO_LIBS    = -lwebsockets -lssl -lcrypto -luv -lhiredis -lsodium -lsqlite3 -lz -lm -lpthread
CODEC_LIBS = -lcjson -lyaml -lm
REPORT_LIBS = -lpangocairo-1.0 -lpango-1.0 -lcairo -lgobject-2.0 -lglib-2.0 -lxlsxwriter
NOTIFY_LIBS = -lcurl
ALL_LIBS   = -Wl,--as-needed $(IO_LIBS) $(CODEC_LIBS) $(REPORT_LIBS) $(NOTIFY_LIBS)
Q := $(if $(filter 1,$(V)),,@)

folder_objs = $(patsubst server/%.c,$(BUILD)/%.o,$(wildcard server/$(1)/*.c))
CORE  := $(call folder_objs,core)
CODEC := $(call folder_objs,codec)
IO    := $(call folder_objs,io)
STORE := $(call folder_objs,store)
REPORT := $(call folder_objs,report)
NOTIFY := $(call folder_objs,notify)
APP   := $(filter-out $(BUILD)/app/main.o,$(call folder_objs,app))
TOOLS := $(filter-out $(BUILD)/tools/main.o,$(call folder_objs,tools))
LIBS  := $(BUILD)/libapp.a $(BUILD)/libtools.a $(BUILD)/libreport.a $(BUILD)/libnotify.a $(BUILD)/libstore.a $(BUILD)/libio.a $(BUILD)/libcodec.a $(BUILD)/libcore.a

.PHONY: torture all daemon web run test unit-tests bench lint analyze valgrind format fuzz clean install uninstall deb test-package deps test-deps help
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

all: daemon web ## the daemon, the command line tool and the web application
daemon: $(BUILD)/shiftwalld $(BUILD)/shiftwall

$(BUILD)/shiftwalld: $(BUILD)/app/main.o $(LIBS)
	@echo "  LD      $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $(BUILD)/app/main.o -Wl,--start-group $(LIBS) -Wl,--end-group $(ALL_LIBS)
$(BUILD)/shiftwall: $(BUILD)/tools/main.o $(LIBS)
	@echo "  LD      $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $(BUILD)/tools/main.o -Wl,--start-group $(LIBS) -Wl,--end-group $(ALL_LIBS)

$(BUILD)/libcore.a: $(CORE)
$(BUILD)/libcodec.a: $(CODEC)
$(BUILD)/libio.a: $(IO)
$(BUILD)/libstore.a: $(STORE)
$(BUILD)/libreport.a: $(REPORT)
$(BUILD)/libnotify.a: $(NOTIFY)
$(BUILD)/libapp.a: $(APP)
$(BUILD)/libtools.a: $(TOOLS)
$(BUILD)/lib%.a:
	@echo "  AR      $@"
	@rm -f $@
	$(Q)ar rcs $@ $^

$(BUILD)/%.o: server/%.c $(wildcard config.mk)
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# Unit tests: one program a file, named after what it tests.
UNIT_SRC := $(wildcard tests/unit/*.c)
UNIT_BIN := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(UNIT_SRC))
$(BUILD)/tests/%: tests/unit/%.c $(LIBS)
	@mkdir -p $(@D)
	@echo "  TEST    $@"
	$(Q)$(CC) $(CPPFLAGS) -Itests/unit $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< -Wl,--start-group $(LIBS) -Wl,--end-group -lcmocka $(ALL_LIBS)

unit-tests: $(UNIT_BIN)

# The web application: TypeScript to web/dist, with compressed copies beside each file.
WEB_SRC := $(shell find web/src web/boards web/package.json web/*.mjs web/*.json -type f 2>/dev/null)
web: web/dist/index.html ## the web application
web/dist/index.html: $(WEB_SRC) | web/node_modules
	@echo "  WEB     web/dist"
	$(Q)cd web && npm run --silent build
web/node_modules: web/package-lock.json
	$(Q)deploy/install-deps
	@touch $@

deps: ## installs what the build needs (apt, npm); does nothing when all is there
	$(Q)deploy/install-deps
test-deps: ## the same, and what the tests need
	$(Q)deploy/install-deps --test

# `make run` and `make test` start another make once the tools are there: this one may have been read without them.
run: deps ## sets up, builds, and starts the demo
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(BUILD)/shiftwalld --demo $(ARGS)

SUITES ?= unit golden property web integration browser
# How many times longer than usual tests wait for what is slow under a sanitizer.
SLOW ?= $(if $(SAN),4,1)
test: test-deps ## sets up, builds, runs all tests; T="unit property" chooses suites, SAN=thread or address,undefined watches them
	$(Q)$(MAKE) --no-print-directory all unit-tests
	$(Q)BUILD=$(BUILD) SLOW=$(SLOW) tests/run $(or $(T),$(SUITES))

lint: ## what no compiler says: include directions, banned functions, clang-tidy, cppcheck, shellcheck, types
	$(Q)tests/lint

analyze: ## gcc's analyzer over the daemon's and the tool's sources
	$(Q)BUILD=$(BUILD) tests/analyze

valgrind: test-deps ## the unit tests and a short life of the daemon under valgrind
	$(Q)$(MAKE) --no-print-directory all unit-tests
	$(Q)BUILD=$(BUILD) tests/sanitizers/valgrind

format: ## formats the C sources
	$(Q)clang-format -i $(shell git ls-files 'server/**.c' 'server/**.h' 'include/**.h' 'tests/**.c' 'tests/**.h')

FUZZ_SECONDS ?= 600
fuzz: ## every fuzz target for FUZZ_SECONDS (10 minutes)
	$(Q)FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run

torture: all ## the chaos suite: kills, full disks, cut links and what else may happen; SEED=n ROUNDS=n
	$(Q)BUILD=$(BUILD) tests/torture/run

bench: all ## benchmarks, as ratios of one run; PART="ingest cost" chooses, PART=--write keeps the table in BENCHMARKS.md, QUICK=1 is short
	$(Q)BUILD=$(BUILD) tests/bench/run $(PART)

share = $(DESTDIR)$(PREFIX)/share
install: all ## installs under PREFIX and SYSCONFDIR (DESTDIR is honoured); a configuration that is there stays
	install -D -m 755 $(BUILD)/shiftwalld $(DESTDIR)$(PREFIX)/sbin/shiftwalld
	install -D -m 755 $(BUILD)/shiftwall $(DESTDIR)$(PREFIX)/bin/shiftwall
	rm -rf $(share)/shiftwall/web $(share)/shiftwall/boards
	install -d $(share)/shiftwall
	cp -R web/dist $(share)/shiftwall/web
	cp -R web/boards $(share)/shiftwall/boards
	chmod -R u=rwX,go=rX $(share)/shiftwall
	install -D -m 644 -t $(share)/shiftwall/policies deploy/policies/*.yaml
	install -D -m 644 -t $(share)/shiftwall/redis deploy/redis/shiftwall.lua deploy/redis/redis.conf deploy/redis/users.acl
	install -D -m 644 -t $(share)/doc/shiftwall deploy/shiftwall.yaml LICENSE
	install -D -m 644 -t $(share)/doc/shiftwall/nginx deploy/nginx/*
	install -D -m 644 -t $(share)/doc/shiftwall/stunnel deploy/stunnel/*
	install -D -m 644 -t $(share)/doc/shiftwall/prometheus deploy/prometheus/*
	install -D -m 644 -t $(share)/doc/shiftwall/grafana deploy/grafana/*
	install -D -m 644 -t $(share)/doc/shiftwall/docs docs/*
	install -D -m 644 -t $(share)/man/man1 deploy/man/shiftwall.1
	install -D -m 644 -t $(share)/man/man8 deploy/man/shiftwalld.8
	install -D -m 644 -t $(share)/man/man5 deploy/man/shiftwall.yaml.5
	install -d $(DESTDIR)$(UNITDIR) $(DESTDIR)$(SYSUSERSDIR) $(DESTDIR)$(TMPFILESDIR) $(DESTDIR)$(SYSCONFDIR)/shiftwall
	sed 's|@PREFIX@|$(PREFIX)|' deploy/systemd/shiftwall.service >$(DESTDIR)$(UNITDIR)/shiftwall.service
	install -m 644 deploy/systemd/shiftwall.sysusers $(DESTDIR)$(SYSUSERSDIR)/shiftwall.conf
	install -m 644 deploy/systemd/shiftwall.tmpfiles $(DESTDIR)$(TMPFILESDIR)/shiftwall.conf
	[ -e $(DESTDIR)$(SYSCONFDIR)/shiftwall/shiftwall.yaml ] || sed -e 's|^#\(data_dir:\)|\1|' -e 's|^#\(roster_dir:\)|\1|' \
		deploy/shiftwall.yaml >$(DESTDIR)$(SYSCONFDIR)/shiftwall/shiftwall.yaml

uninstall: ## removes what install put there; the configuration and what was recorded stay
	rm -f $(DESTDIR)$(PREFIX)/sbin/shiftwalld $(DESTDIR)$(PREFIX)/bin/shiftwall $(DESTDIR)$(UNITDIR)/shiftwall.service
	rm -f $(DESTDIR)$(SYSUSERSDIR)/shiftwall.conf $(DESTDIR)$(TMPFILESDIR)/shiftwall.conf
	rm -f $(share)/man/man1/shiftwall.1 $(share)/man/man8/shiftwalld.8 $(share)/man/man5/shiftwall.yaml.5
	rm -rf $(share)/shiftwall $(share)/doc/shiftwall

deb: ## the Debian package, into build/
	$(Q)deploy/build-deb build

test-package: all ## the Debian package in a clean Debian, the proxies, the unit; needs root
	$(Q)deploy/install-deps --package
	$(Q)tests/package/run

help: ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

$(BUILD)/app/openapi.o: server/app/openapi.json
$(BUILD)/io/feed_lua.o: deploy/redis/shiftwall.lua

clean: ## removes what the build made
	rm -rf build web/dist

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
