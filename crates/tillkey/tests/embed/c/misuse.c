/* What a program may do wrong, and what comes of it: an error, and nothing else. */

#define _POSIX_C_SOURCE 200809L

#include "memory.h"
#include "tillkey.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What was given out keeps its meaning. */
_Static_assert(sizeof(TillkeyTerminal) == 8, "a handle");
_Static_assert(TILLKEY_FAULT_NULL == 1 && TILLKEY_FAULT_BACKUP == 85, "faults");
_Static_assert(TILLKEY_NOTICE_KIND_REFUSED == 22, "notices");
_Static_assert(TILLKEY_ADVICE_CORRECT == 5, "advice");
_Static_assert(TILLKEY_SLOT_IN_HAND == 4, "slots");

#define EXPECT(what, expected)                                                             \
    do {                                                                                   \
        long long came = (long long)(what), wanted = (long long)(expected);                \
        if (came != wanted) {                                                              \
            fprintf(stderr, "%s:%d: %s is %lld and not %lld\n", __FILE__, __LINE__, #what, \
                    came, wanted);                                                         \
            exit(1);                                                                       \
        }                                                                                  \
    } while (0)

static TillkeyTerminal itself;
static int32_t called_back;

static int64_t now_ms(void *context) {
    (void)context;
    return 1800000000000;
}

/* Calls back, which it must not. */
static void health(void *context, TillkeyHealth *health, size_t health_size) {
    (void)context;
    (void)health;
    (void)health_size;
    called_back = tillkey_show_number(itself);
}

static int32_t no_random(void *context, uint8_t *bytes, size_t length) {
    (void)context;
    (void)bytes;
    (void)length;
    return 1;
}

static int32_t lazy_random(void *context, uint8_t *bytes, size_t length) {
    (void)context;
    memset(bytes, 0, length);
    return 0;
}

static int32_t quick_stretch(void *context, const uint8_t *password, size_t password_length,
                             const uint8_t *salt, size_t salt_length, uint8_t *tag,
                             size_t tag_length) {
    (void)context;
    (void)salt;
    (void)salt_length;
    for (size_t at = 0; at < tag_length; at++) {
        tag[at] = password[at % password_length];
    }
    return 0;
}

static TillkeyProfile profile;
static TillkeyDevice device;
static struct memory memory;

static void anew(void) {
    memory_clear(&memory);
    memset(&profile, 0, sizeof profile);
    profile.serial_number = "TK000000000001";
    profile.model = "C Terminal";
    profile.firmware = "1.0.0";
    profile.keeps_journal = 1;
    memset(&device, 0, sizeof device);
    device.now_ms = now_ms;
    memory_into(&device, &memory);
}

static int32_t opens(TillkeyTerminal *terminal) {
    return tillkey_open(&profile, sizeof profile, &device, sizeof device, terminal);
}

static void nothing_opens_that_is_not_right(void) {
    TillkeyTerminal terminal = {0};
    anew();
    EXPECT(tillkey_open(NULL, sizeof profile, &device, sizeof device, &terminal),
           TILLKEY_FAULT_NULL);
    EXPECT(tillkey_open(&profile, sizeof profile, NULL, sizeof device, &terminal),
           TILLKEY_FAULT_NULL);
    EXPECT(opens(NULL), TILLKEY_FAULT_NULL);
    EXPECT(tillkey_open(&profile, sizeof profile - 1, &device, sizeof device, &terminal),
           TILLKEY_FAULT_SIZE);
    EXPECT(tillkey_open(&profile, (size_t)-1, &device, sizeof device, &terminal),
           TILLKEY_FAULT_SIZE);
    profile.serial_number = NULL;
    EXPECT(opens(&terminal), TILLKEY_FAULT_NULL);
    profile.serial_number = "too long to be a serial number, and with small letters, and so on";
    EXPECT(opens(&terminal), TILLKEY_FAULT_PROFILE);
    profile.serial_number = "\xff\xfe\xfd\xfc\xfb\xfa";
    EXPECT(opens(&terminal), TILLKEY_FAULT_PROFILE);
    anew();
    device.now_ms = NULL;
    EXPECT(opens(&terminal), TILLKEY_FAULT_DEVICE);
    anew();
    device.append = NULL;
    EXPECT(opens(&terminal), TILLKEY_FAULT_DEVICE);
    anew();
    device.directory = "both";
    EXPECT(opens(&terminal), TILLKEY_FAULT_DEVICE);
    anew();
    device.stretch = quick_stretch;
    EXPECT(opens(&terminal), TILLKEY_FAULT_STRETCHING);
    EXPECT(terminal.id, 0);
}

/* A program that was built for a version with more in it. */
struct newer_device {
    TillkeyDevice device;
    void *what_came_later;
};

static void versions_understand_each_other(void) {
    TillkeyTerminal terminal;
    anew();
    struct newer_device newer;
    memset(&newer, 0, sizeof newer);
    newer.device = device;
    EXPECT(tillkey_open(&profile, sizeof profile, &newer.device, sizeof newer, &terminal), 0);
    struct {
        TillkeyNotice notice;
        char what_came_later[32];
    } notice;
    memset(&notice, 0x55, sizeof notice);
    EXPECT(tillkey_next_notice(terminal, &notice.notice, sizeof notice), 0);
    EXPECT(notice.notice.kind, TILLKEY_NOTICE_KIND_NONE);
    EXPECT(notice.what_came_later[0], 0);
    EXPECT(notice.what_came_later[31], 0);
    EXPECT(tillkey_close(terminal), 0);
    /* What this library does not know is not passed over in silence. */
    newer.what_came_later = &newer;
    EXPECT(tillkey_open(&profile, sizeof profile, &newer.device, sizeof newer, &terminal),
           TILLKEY_FAULT_SIZE);
}

static void what_is_given_is_looked_at(void) {
    TillkeyTerminal terminal;
    anew();
    EXPECT(opens(&terminal), 0);
    size_t length = 7;
    uint8_t frame[TILLKEY_FRAME_BYTES_MAX];
    TillkeyNotice notice;
    EXPECT(tillkey_connected(terminal), TILLKEY_FAULT_NOT_ENROLLED);
    EXPECT(tillkey_enrol(terminal, NULL, 14), TILLKEY_FAULT_NULL);
    EXPECT(tillkey_enrol(terminal, "ABCD", 4), TILLKEY_FAULT_CODE);
    EXPECT(tillkey_enrol(terminal, "ABCD", (size_t)-1), TILLKEY_FAULT_SIZE);
    EXPECT(tillkey_receive(terminal, NULL, 5), TILLKEY_FAULT_NULL);
    EXPECT(tillkey_receive(terminal, frame, TILLKEY_FRAME_BYTES_MAX + 1), TILLKEY_FAULT_SIZE);
    EXPECT(tillkey_receive(terminal, NULL, 0), TILLKEY_FAULT_FRAME);
    EXPECT(tillkey_fault_advice(TILLKEY_FAULT_FRAME), TILLKEY_ADVICE_IGNORE);
    EXPECT(tillkey_sign_on(terminal, 1, "", 0), TILLKEY_FAULT_PASSWORD);
    EXPECT(tillkey_sign_on(terminal, 100, "482615", 6), TILLKEY_FAULT_OPERATOR);
    EXPECT(tillkey_sign_on(terminal, 1, "482615", 6), TILLKEY_FAULT_NOT_ENROLLED);
    EXPECT(tillkey_redeem(terminal, 1, "1234567", 7), TILLKEY_FAULT_CODE);
    EXPECT(tillkey_settle(terminal, 1), TILLKEY_FAULT_OUT_OF_ORDER);
    TillkeyMoney money;
    memset(&money, 0, sizeof money);
    EXPECT(tillkey_sale(terminal, 1, NULL, sizeof money), TILLKEY_FAULT_NULL);
    EXPECT(tillkey_sale(terminal, 1, &money, sizeof money), TILLKEY_FAULT_NULL);
    money.card = "6222020000004444121";
    money.card_length = 19;
    EXPECT(tillkey_sale(terminal, 1, &money, sizeof money), TILLKEY_FAULT_AMOUNT);
    money.amount_fen = 1250;
    money.card_length = 18;
    EXPECT(tillkey_sale(terminal, 1, &money, sizeof money), TILLKEY_FAULT_CARD);
    money.card_length = 19;
    money.remark = "4826020000004444";
    money.remark_length = 97;
    EXPECT(tillkey_sale(terminal, 1, &money, sizeof money), TILLKEY_FAULT_SIZE);
    EXPECT(tillkey_next_notice(terminal, NULL, sizeof notice), TILLKEY_FAULT_NULL);
    EXPECT(tillkey_next_notice(terminal, &notice, 3), TILLKEY_FAULT_SIZE);
    EXPECT(tillkey_next_frame(terminal, frame, sizeof frame, NULL), TILLKEY_FAULT_NULL);
    EXPECT(tillkey_next_frame(terminal, NULL, 10, &length), TILLKEY_FAULT_NULL);
    EXPECT(tillkey_next_frame(terminal, NULL, 0, &length), 0);
    EXPECT(length, 0);
    EXPECT(tillkey_wipe(NULL, 4), TILLKEY_FAULT_NULL);
    EXPECT(tillkey_give(NULL, frame, 1), TILLKEY_FAULT_NULL);
    EXPECT(tillkey_close(terminal), 0);
}

static void a_frame_waits_until_there_is_room_for_it(void) {
    TillkeyTerminal terminal;
    anew();
    EXPECT(opens(&terminal), 0);
    EXPECT(tillkey_enrol(terminal, "ABCD-EFGH-JKMN", 14), 0);
    EXPECT(tillkey_connected(terminal), 0);
    uint8_t frame[TILLKEY_FRAME_BYTES_MAX];
    size_t needed = 0, length = 0;
    EXPECT(tillkey_next_frame(terminal, frame, 16, &needed), TILLKEY_FAULT_SIZE);
    EXPECT(needed > 16, 1);
    EXPECT(tillkey_next_frame(terminal, frame, needed, &length), 0);
    EXPECT(length, needed);
    EXPECT(tillkey_next_frame(terminal, frame, sizeof frame, &length), 0);
    EXPECT(length, 0);
    /* Whoever takes nothing is told so. */
    int32_t answer = 0;
    for (int more = 0; more < 200 && answer == 0; more++) {
        answer = tillkey_enrol(terminal, "ABCD-EFGH-JKMN", 14);
    }
    EXPECT(answer, TILLKEY_FAULT_NOT_TAKEN_YET);
    EXPECT(tillkey_close(terminal), 0);
}

static void a_handle_that_was_closed_is_an_error(void) {
    TillkeyTerminal terminal, other, never = {0};
    TillkeyStanding standing;
    anew();
    EXPECT(opens(&terminal), 0);
    EXPECT(tillkey_close(terminal), 0);
    EXPECT(tillkey_close(terminal), TILLKEY_FAULT_CLOSED);
    EXPECT(tillkey_connected(terminal), TILLKEY_FAULT_CLOSED);
    EXPECT(tillkey_standing(terminal, &standing, sizeof standing), TILLKEY_FAULT_CLOSED);
    EXPECT(tillkey_standing(never, &standing, sizeof standing), TILLKEY_FAULT_CLOSED);
    EXPECT(opens(&other), 0);
    EXPECT(other.id != terminal.id, 1);
    EXPECT(tillkey_close(other), 0);
}

static void storage_that_fails_is_believed(void) {
    TillkeyTerminal terminal;
    anew();
    EXPECT(opens(&terminal), 0);
    memory.next_fault = TILLKEY_STORAGE_FAULT_FULL;
    EXPECT(tillkey_enrol(terminal, "ABCD-EFGH-JKMN", 14), TILLKEY_FAULT_STORAGE);
    EXPECT(tillkey_fault_advice(TILLKEY_FAULT_STORAGE), TILLKEY_ADVICE_REOPEN);
    EXPECT(tillkey_enrol(terminal, "ABCD-EFGH-JKMN", 14), TILLKEY_FAULT_STORAGE);
    EXPECT(tillkey_close(terminal), 0);
    EXPECT(opens(&terminal), 0);
    EXPECT(tillkey_enrol(terminal, "ABCD-EFGH-JKMN", 14), 0);
    EXPECT(tillkey_close(terminal), 0);
    /* What it kept is there when it is opened again; on another device it is refused. */
    TillkeyStanding standing;
    EXPECT(opens(&terminal), 0);
    EXPECT(tillkey_standing(terminal, &standing, sizeof standing), 0);
    EXPECT(standing.stage, TILLKEY_STAGE_ENROLLING);
    EXPECT(tillkey_close(terminal), 0);
    profile.serial_number = "TK000000000002";
    EXPECT(opens(&terminal), TILLKEY_FAULT_OTHER_DEVICE);
    profile.serial_number = "TK000000000001";
    memory.slots[TILLKEY_SLOT_IDENTITY].length = 5;
    EXPECT(opens(&terminal), TILLKEY_FAULT_STORAGE_DAMAGED);
    EXPECT(tillkey_fault_advice(TILLKEY_FAULT_STORAGE_DAMAGED), TILLKEY_ADVICE_ENROL_AGAIN);
}

static void without_randomness_nothing_begins(void) {
    TillkeyTerminal terminal;
    anew();
    device.random = no_random;
    EXPECT(opens(&terminal), 0);
    EXPECT(tillkey_enrol(terminal, "ABCD-EFGH-JKMN", 14), TILLKEY_FAULT_NO_RANDOMNESS);
    EXPECT(tillkey_close(terminal), 0);
    device.random = lazy_random;
    EXPECT(opens(&terminal), 0);
    EXPECT(tillkey_enrol(terminal, "ABCD-EFGH-JKMN", 14), TILLKEY_FAULT_NO_RANDOMNESS);
    EXPECT(tillkey_close(terminal), 0);
}

static int32_t save_and_call(void *context, int32_t slot, const uint8_t *bytes, size_t length) {
    (void)context;
    (void)slot;
    (void)bytes;
    (void)length;
    health(NULL, NULL, 0);
    EXPECT(tillkey_close(itself), TILLKEY_FAULT_REENTERED);
    return 0;
}

static void a_callback_that_calls_back_is_refused(void) {
    anew();
    device.save = save_and_call;
    EXPECT(opens(&itself), 0);
    called_back = -1;
    EXPECT(tillkey_enrol(itself, "ABCD-EFGH-JKMN", 14), 0);
    EXPECT(called_back, TILLKEY_FAULT_REENTERED);
    EXPECT(tillkey_close(itself), 0);
}

static atomic_int closed;

/* What a program frees when it has closed its terminal. */
static int32_t save_while_open(void *context, int32_t slot, const uint8_t *bytes,
                               size_t length) {
    (void)context;
    (void)slot;
    (void)bytes;
    (void)length;
    EXPECT(atomic_load(&closed), 0);
    return 0;
}

static void *many_calls(void *terminal) {
    for (int time = 0; time < 500; time++) {
        TillkeyStanding standing;
        uint8_t frame[TILLKEY_FRAME_BYTES_MAX];
        size_t length;
        int32_t answer =
            tillkey_standing(*(TillkeyTerminal *)terminal, &standing, sizeof standing);
        if (answer != 0 && answer != TILLKEY_FAULT_CLOSED) {
            return terminal;
        }
        tillkey_enrol(*(TillkeyTerminal *)terminal, "ABCD-EFGH-JKMN", 14);
        tillkey_next_frame(*(TillkeyTerminal *)terminal, frame, sizeof frame, &length);
    }
    return NULL;
}

static void threads_wait_for_each_other_and_survive_a_close(void) {
    TillkeyTerminal terminal;
    pthread_t threads[4];
    anew();
    device.save = save_while_open;
    EXPECT(opens(&terminal), 0);
    for (int at = 0; at < 4; at++) {
        EXPECT(pthread_create(&threads[at], NULL, many_calls, &terminal), 0);
    }
    EXPECT(tillkey_close(terminal), 0);
    atomic_store(&closed, 1);
    for (int at = 0; at < 4; at++) {
        void *failed;
        EXPECT(pthread_join(threads[at], &failed), 0);
        EXPECT(failed == NULL, 1);
    }
}

int main(void) {
    nothing_opens_that_is_not_right();
    versions_understand_each_other();
    what_is_given_is_looked_at();
    a_frame_waits_until_there_is_room_for_it();
    a_handle_that_was_closed_is_an_error();
    storage_that_fails_is_believed();
    without_randomness_nothing_begins();
    a_callback_that_calls_back_is_refused();
    threads_wait_for_each_other_and_survive_a_close();
    memory_clear(&memory);
    EXPECT(strcmp(tillkey_fault_text(0), "done"), 0);
    EXPECT(strlen(tillkey_fault_text(-7)) > 0, 1);
    EXPECT(tillkey_fault_advice(4711), 0);
    puts("all of it is refused");
    return 0;
}
