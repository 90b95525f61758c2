package mortise.tck.storage;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import mortise.spi.Caller;
import org.jspecify.annotations.Nullable;

/** Which part of a broker the current thread plays, so that a test can say it. */
public final class CallerScope {
    private static final ScopedValue<Caller> PART = ScopedValue.newInstance();

    private CallerScope() {}

    /** Runs an action as this kind of thread. */
    public static void run(Caller part, Runnable action) {
        ScopedValue.where(PART, part).run(action);
    }

    /** Gets a value as this kind of thread. */
    public static <T extends @Nullable Object> T get(Caller part, Supplier<T> action) {
        return ScopedValue.where(PART, part).call(action::get);
    }

    /** What was said for the current code. */
    public static Optional<Caller> current() {
        return PART.isBound() ? Optional.of(PART.get()) : Optional.empty();
    }

    /**
     * What the current thread may be: what was said, else by the names that a broker gives its
     * threads; nothing if that does not tell.
     */
    static Set<Caller> ofCurrentThread() {
        Optional<Caller> said = current();
        if (said.isPresent()) {
            return EnumSet.of(said.get());
        }
        Thread thread = Thread.currentThread();
        if (thread.isVirtual()) {
            return EnumSet.of(Caller.VIRTUAL);
        }
        String name = thread.getName();
        if (name.startsWith("net-")) {
            // an event loop may drain a mailbox
            return EnumSet.of(Caller.EVENT_LOOP, Caller.WRITER);
        }
        if (name.startsWith("drain-")) {
            return EnumSet.of(Caller.WRITER);
        }
        return name.startsWith("flush-") ? EnumSet.of(Caller.FLUSHER) : Set.of();
    }
}
