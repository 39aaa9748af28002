/* A whole terminal in C, on the library and a WebSocket. What is done at it comes in as
 * lines, what it tells goes out as one JSON document a line, in the words of
 * `tillkey terminal --json`.
 *
 *     terminal HOST PORT SERIAL-NUMBER DIRECTORY|memory
 */

#define _POSIX_C_SOURCE 200809L

#include "memory.h"
#include "tillkey.h"
#include "websocket.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct till {
    TillkeyTerminal terminal;
    const char *host;
    const char *port;
    /* -1 without a link. */
    int link;
};

static int64_t now_ms(void *context) {
    (void)context;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void health(void *context, TillkeyHealth *health, size_t health_size) {
    (void)context;
    if (health_size < sizeof *health) {
        return;
    }
    health->power = TILLKEY_POWER_SOURCE_BATTERY;
    health->battery_percent = 42;
    health->lamps[TILLKEY_LAMP_RED - 1] = TILLKEY_CONDITION_FAULTY;
    health->printer = TILLKEY_PRINTER_PAPER_LOW;
}

static void lost(struct till *till) {
    if (till->link >= 0) {
        close(till->link);
        till->link = -1;
        tillkey_disconnected(till->terminal);
    }
}

/* The names of the notices, in the order of their numbers. */
static const char *const TOLD[] = {
    "none",           "enrolled",          "enrolment_refused",  "welcomed",
    "signed_on",      "wrong_password",    "sign_on_interrupted", "session_ended",
    "recorded",       "backing_up",        "backed_up",          "restoring",
    "restored",       "not_restored",      "code_on_screen",     "code_issued",
    "number",         "code_accepted",     "password_refused",   "password_sent",
    "effective",      "credential_revoked", "refused",
};

static void tell(const TillkeyNotice *notice) {
    size_t kind = (size_t)notice->kind;
    printf("{\"told\":\"%s\"", kind < sizeof TOLD / sizeof TOLD[0] ? TOLD[kind] : "something");
    if (notice->operator_number >= 0) {
        printf(",\"operator\":\"%02d\"", (int)notice->operator_number);
    }
    printf(",\"code\":\"%s\",\"refusal\":\"%s\",\"case\":\"%s\",\"merchant\":\"%s\"",
           notice->code, notice->refusal, notice->case_id, notice->merchant);
    printf(",\"rules\":%u,\"digits_min\":%u,\"at_ms\":%lld", notice->rules,
           notice->digits_min, (long long)notice->at_ms);
    printf(",\"entry\":{\"number\":%llu,\"kind\":%d,\"fen\":%llu,\"card\":\"%s\"}}\n",
           (unsigned long long)notice->entry.number, (int)notice->entry.kind,
           (unsigned long long)notice->entry.amount_fen, notice->entry.card);
    fflush(stdout);
}

static void greet(struct till *till);

/* Sends and shows whatever there is. */
static void drain(struct till *till) {
    static uint8_t frame[TILLKEY_FRAME_BYTES_MAX];
    size_t length;
    while (tillkey_next_frame(till->terminal, frame, sizeof frame, &length) == 0 && length > 0) {
        if (till->link >= 0 && websocket_send(till->link, frame, length) != 0) {
            lost(till);
        }
    }
    tillkey_wipe(frame, sizeof frame);
    TillkeyNotice notice;
    while (tillkey_next_notice(till->terminal, &notice, sizeof notice) == 0 &&
           notice.kind != TILLKEY_NOTICE_KIND_NONE) {
        int32_t kind = notice.kind;
        tell(&notice);
        tillkey_wipe(&notice, sizeof notice);
        if (kind == TILLKEY_NOTICE_KIND_ENROLLED) {
            greet(till);
        }
    }
}

static void greet(struct till *till) {
    if (till->link < 0) {
        till->link = websocket_open(till->host, till->port, "/v1/link");
    }
    if (till->link >= 0 && tillkey_connected(till->terminal) == 0) {
        drain(till);
    }
}

static int is_blank(const struct till *till) {
    TillkeyStanding standing;
    return tillkey_standing(till->terminal, &standing, sizeof standing) != 0 ||
           standing.stage == TILLKEY_STAGE_BLANK;
}

static void hear(struct till *till) {
    static uint8_t frame[TILLKEY_FRAME_BYTES_MAX];
    long length = websocket_receive(till->link, frame, sizeof frame);
    if (length < 0) {
        lost(till);
        return;
    }
    int32_t fault = tillkey_receive(till->terminal, frame, (size_t)length);
    if (fault != 0 && tillkey_fault_advice(fault) != TILLKEY_ADVICE_IGNORE) {
        lost(till);
    }
    drain(till);
}

static int32_t act(struct till *till, char *line) {
    char *words[6] = {NULL};
    char *place = NULL;
    size_t count = 0;
    for (char *word = strtok_r(line, " \n", &place); word != NULL && count < 6;
         word = strtok_r(NULL, " \n", &place)) {
        words[count++] = word;
    }
    if (count < 2) {
        return TILLKEY_FAULT_SIZE;
    }
    TillkeyTerminal terminal = till->terminal;
    const char *what = words[0];
    if (strcmp(what, "enrol") == 0) {
        int32_t answer = tillkey_enrol(terminal, words[1], strlen(words[1]));
        if (answer == 0 && till->link < 0) {
            greet(till);
        }
        return answer;
    }
    uint8_t who = (uint8_t)atoi(words[1]);
    if (strcmp(what, "first-password") == 0) {
        return tillkey_first_password(terminal, who);
    }
    if (strcmp(what, "sign-off") == 0) {
        return tillkey_sign_off(terminal, who);
    }
    if (strcmp(what, "settle") == 0) {
        return tillkey_settle(terminal, who);
    }
    if (count < 3) {
        return TILLKEY_FAULT_SIZE;
    }
    if (strcmp(what, "code") == 0) {
        return tillkey_redeem(terminal, who, words[2], strlen(words[2]));
    }
    if (strcmp(what, "password") == 0) {
        return tillkey_choose_password(terminal, who, words[2], strlen(words[2]));
    }
    if (strcmp(what, "sign-on") == 0) {
        return tillkey_sign_on(terminal, who, words[2], strlen(words[2]));
    }
    if (count < 4) {
        return TILLKEY_FAULT_SIZE;
    }
    if (strcmp(what, "void") == 0) {
        return tillkey_void(terminal, who, (uint8_t)atoi(words[3]), strtoull(words[2], NULL, 10));
    }
    if (strcmp(what, "sale") == 0) {
        TillkeyMoney money;
        memset(&money, 0, sizeof money);
        money.amount_fen = strtoull(words[2], NULL, 10);
        money.card = words[3];
        money.card_length = strlen(words[3]);
        return tillkey_sale(terminal, who, &money, sizeof money);
    }
    return TILLKEY_FAULT_SIZE;
}

/* Reads what was typed, and does each line that is whole; -1 at the end of it. */
static int type(struct till *till) {
    static char typed[512];
    static size_t length;
    ssize_t came = read(STDIN_FILENO, typed + length, sizeof typed - 1 - length);
    if (came <= 0) {
        return -1;
    }
    length += (size_t)came;
    typed[length] = '\0';
    char *end;
    while ((end = strchr(typed, '\n')) != NULL) {
        *end = '\0';
        int32_t answer = act(till, typed);
        if (answer != 0) {
            printf("{\"told\":\"not_done\",\"why\":\"%s\",\"fault\":%d}\n",
                   tillkey_fault_text(answer), (int)answer);
            fflush(stdout);
        }
        drain(till);
        size_t used = (size_t)(end + 1 - typed);
        memmove(typed, end + 1, length - used + 1);
        length -= used;
    }
    return 0;
}

static void live(struct till *till) {
    if (!is_blank(till)) {
        greet(till);
    }
    for (;;) {
        struct pollfd waits[] = {{STDIN_FILENO, POLLIN, 0}, {till->link, POLLIN, 0}};
        if (poll(waits, 2, 250) < 0) {
            return;
        }
        if (waits[0].revents != 0 && type(till) != 0) {
            return;
        }
        if (till->link >= 0 && waits[1].revents != 0) {
            hear(till);
        }
        if (till->link < 0 && !is_blank(till)) {
            greet(till);
        }
    }
}

int main(int count, char **arguments) {
    if (count != 5) {
        return 2;
    }
    struct memory memory;
    memset(&memory, 0, sizeof memory);
    TillkeyProfile profile;
    memset(&profile, 0, sizeof profile);
    profile.serial_number = arguments[3];
    profile.model = "C Terminal";
    profile.firmware = "1.0.0";
    profile.keeps_journal = 1;
    profile.checks_itself = 1;
    TillkeyDevice device;
    memset(&device, 0, sizeof device);
    device.now_ms = now_ms;
    device.health = health;
    if (strcmp(arguments[4], "memory") == 0) {
        memory_into(&device, &memory);
    } else {
        device.directory = arguments[4];
    }
    struct till till = {{0}, arguments[1], arguments[2], -1};
    int32_t answer =
        tillkey_open(&profile, sizeof profile, &device, sizeof device, &till.terminal);
    if (answer != 0) {
        fprintf(stderr, "it does not open: %s\n", tillkey_fault_text(answer));
        return 1;
    }
    printf("{\"told\":\"started\",\"serial_number\":\"%s\"}\n", arguments[3]);
    fflush(stdout);
    live(&till);
    lost(&till);
    answer = tillkey_close(till.terminal);
    memory_clear(&memory);
    return answer == 0 ? 0 : 1;
}
