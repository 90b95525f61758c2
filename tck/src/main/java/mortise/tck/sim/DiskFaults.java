package mortise.tck.sim;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What is wrong with a disk at the moment. Confined to the disk's lock. */
final class DiskFaults {
    private final ReentrantLock lock;
    private final Condition changed;
    private final List<Active> active = new CopyOnWriteArrayList<>();
    private long operationsUntilPowerCut = Long.MAX_VALUE;
    private boolean dead;

    DiskFaults(ReentrantLock lock) {
        this.lock = lock;
        this.changed = lock.newCondition();
    }

    /** What a fault does to an operation that meets it. */
    enum Effect {
        /** It throws. */
        FAIL,
        /** It waits until the fault is healed. */
        WAIT,
        /** The calling thread broke a rule of the test. */
        FORBID,
        /** It claims to be done and does nothing. */
        PRETEND,
        /** Something is run first. */
        WATCH
    }

    /** What the disk has to do after the checks. */
    enum Verdict {
        GO_ON,
        PRETEND,
        /** The power fails during this very operation. */
        LOSE_POWER
    }

    Fault add(
            Effect effect,
            Set<DiskOperation> operations,
            Predicate<Path> paths,
            @Nullable IOException failure,
            @Nullable Thread only) {
        return add(new Active(effect, EnumSet.copyOf(operations), paths, failure, only, () -> {}));
    }

    Fault watch(Set<DiskOperation> operations, Predicate<Path> paths, Runnable action) {
        return add(new Active(Effect.WATCH, EnumSet.copyOf(operations), paths, null, null, action));
    }

    private Fault add(Active fault) {
        active.add(fault);
        return fault;
    }

    void cutPowerAfter(long operations) {
        operationsUntilPowerCut = operations;
    }

    void die() {
        dead = true;
        changed.signalAll();
    }

    boolean dead() {
        return dead;
    }

    /** Lets an operation pass, holds it up, or throws. */
    Verdict check(DiskOperation operation, Path path) throws IOException {
        requirePower(operation, path);
        Verdict verdict = Verdict.GO_ON;
        for (Active fault : active) {
            if (!fault.concerns(operation, path)) {
                continue;
            }
            fault.met.incrementAndGet();
            switch (fault.effect) {
                case FAIL -> throw fault.failure(operation, path);
                case WAIT -> waitUntilHealed(fault, operation, path);
                case FORBID ->
                        throw new AssertionError(
                                Thread.currentThread().getName()
                                        + " must not "
                                        + verb(operation)
                                        + " here, and does so to "
                                        + path);
                case PRETEND -> verdict = Verdict.PRETEND;
                case WATCH -> fault.first.run();
            }
        }
        if (operation.changes() && operationsUntilPowerCut-- <= 0) {
            return Verdict.LOSE_POWER;
        }
        return verdict;
    }

    private void waitUntilHealed(Active fault, DiskOperation operation, Path path)
            throws IOException {
        while (active.contains(fault) && !dead) {
            changed.awaitUninterruptibly();
        }
        requirePower(operation, path);
    }

    private void requirePower(DiskOperation operation, Path path) throws PowerLostException {
        if (dead) {
            throw new PowerLostException(verb(operation) + " " + path);
        }
    }

    private static String verb(DiskOperation operation) {
        return operation.name().toLowerCase(Locale.ROOT);
    }

    /** One fault that has not been healed. */
    private final class Active implements Fault {
        private final Effect effect;
        private final Set<DiskOperation> operations;
        private final Predicate<Path> paths;
        private final @Nullable IOException failure;
        private final @Nullable Thread only;
        private final Runnable first;
        private final AtomicInteger met = new AtomicInteger();

        Active(
                Effect effect,
                Set<DiskOperation> operations,
                Predicate<Path> paths,
                @Nullable IOException failure,
                @Nullable Thread only,
                Runnable first) {
            this.effect = effect;
            this.operations = operations;
            this.paths = paths;
            this.failure = failure;
            this.only = only;
            this.first = first;
        }

        boolean concerns(DiskOperation operation, Path path) {
            return operations.contains(operation)
                    && (only == null || only == Thread.currentThread())
                    && paths.test(path);
        }

        IOException failure(DiskOperation operation, Path path) {
            if (failure == null) {
                return new IOException("cannot " + verb(operation) + " " + path);
            }
            return new IOException(failure.getMessage(), failure);
        }

        @Override
        public void heal() {
            lock.lock();
            try {
                active.remove(this);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public int met() {
            return met.get();
        }
    }
}
