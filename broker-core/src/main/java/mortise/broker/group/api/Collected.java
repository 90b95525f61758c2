package mortise.broker.group.api;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import mortise.api.ErrorCode;
import mortise.coordinator.Reply;

/**
 * The answers of several coordinators to one request, in the order of its parts. Thread-safe:
 * whoever brings the last answer hands all of them on.
 *
 * @param <R> an answer
 */
final class Collected<R> {
    private final List<Slot<R>> slots;
    private final AtomicInteger missing;
    private final Consumer<List<R>> whenComplete;

    /** The place of one answer; written by whoever answers, read after the countdown. */
    private static final class Slot<R> {
        private R value;

        Slot(R initial) {
            value = initial;
        }
    }

    /**
     * Answers of which none is there.
     *
     * @param initial an answer for each part, for as long as there is no other
     */
    Collected(List<R> initial, Consumer<List<R>> whenComplete) {
        this.slots = new ArrayList<>(initial.size());
        initial.forEach(value -> slots.add(new Slot<>(value)));
        this.missing = new AtomicInteger(initial.size() + 1);
        this.whenComplete = whenComplete;
    }

    /** Everybody has been asked. */
    void allAsked() {
        through();
    }

    /** The part keeps the answer that it has. */
    void keep() {
        through();
    }

    private void through() {
        if (missing.decrementAndGet() == 0) {
            List<R> all = new ArrayList<>(slots.size());
            slots.forEach(slot -> all.add(slot.value));
            whenComplete.accept(all);
        }
    }

    /** Whoever answers a part. */
    Reply<R> reply(int part, Function<ErrorCode, R> refusal) {
        Slot<R> slot = slots.get(part);
        return new Reply<>() {
            @Override
            public void answer(R response) {
                slot.value = response;
                through();
            }

            @Override
            public void refuse(ErrorCode error) {
                slot.value = refusal.apply(error);
                through();
            }
        };
    }
}
