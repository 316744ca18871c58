# Shiftwall. `make help` says what the targets do.
include config.mk

comma := ,
san_tag := $(subst $(comma),-,$(SAN))
BUILD ?= build$(if $(san_tag),/$(san_tag))$(if $(filter clang,$(CC)),$(if $(san_tag),-clang,/clang))

PKGS      := libuv hiredis libcjson libsodium zlib
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
CPPFLAGS  += -D_GNU_SOURCE -Iinclude -Iserver -I$(BUILD)/gen -DNDEBUG $(PKG_CFLAGS)
CFLAGS    += -std=c11 $(OPT) -Wall -Wextra -Wconversion -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wno-missing-field-initializers -Werror \
             -fno-omit-frame-pointer $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all)
LDFLAGS   += $(if $(SAN),-fsanitize=$(SAN)) -rdynamic
IO_LIBS    = -lwebsockets -luv -lhiredis -lsodium -lz -lm -lpthread
CODEC_LIBS = -lcjson -lcyaml -lyaml -lm
Q := $(if $(filter 1,$(V)),,@)

folder_objs = $(patsubst server/%.c,$(BUILD)/%.o,$(wildcard server/$(1)/*.c))
CORE  := $(call folder_objs,core)
CODEC := $(call folder_objs,codec)
IO    := $(call folder_objs,io)
STORE := $(call folder_objs,store)
APP   := $(filter-out $(BUILD)/app/main.o,$(call folder_objs,app))
TOOLS := $(filter-out $(BUILD)/tools/main.o,$(call folder_objs,tools))
LIBS  := $(BUILD)/libapp.a $(BUILD)/libtools.a $(BUILD)/libio.a $(BUILD)/libcodec.a $(BUILD)/libcore.a

.PHONY: all daemon web run test unit property integration browser bench lint format fuzz clean install deps help
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

all: daemon web ## the daemon, the command line tool and the web application
daemon: $(BUILD)/shiftwalld $(BUILD)/shiftwall

$(BUILD)/shiftwalld: $(BUILD)/app/main.o $(LIBS)
	@echo "  LD      $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $(BUILD)/app/main.o -Wl,--start-group $(LIBS) -Wl,--end-group $(IO_LIBS) $(CODEC_LIBS)
$(BUILD)/shiftwall: $(BUILD)/tools/main.o $(LIBS)
	@echo "  LD      $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $(BUILD)/tools/main.o -Wl,--start-group $(LIBS) -Wl,--end-group $(IO_LIBS) $(CODEC_LIBS)

$(BUILD)/libcore.a: $(CORE)
$(BUILD)/libcodec.a: $(CODEC)
$(BUILD)/libio.a: $(IO)
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
	$(Q)$(CC) $(CPPFLAGS) -Itests/unit $(CFLAGS) -MMD -MP $(LDFLAGS) -o $@ $< -Wl,--start-group $(LIBS) -Wl,--end-group -lcmocka $(IO_LIBS) $(CODEC_LIBS)

clean: ## removes what the build made
	rm -rf build web/dist

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
