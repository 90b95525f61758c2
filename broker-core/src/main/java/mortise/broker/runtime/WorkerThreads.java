package mortise.broker.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@link Workers} that are threads called {@code <role>-<n>}.
 *
 * @param <T> what they serve
 */
final class WorkerThreads<T> implements Workers<T> {
    private final BlockingQueue<Entry<T>> waiting = new LinkedBlockingQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Failures unexpected;
    private final String what;

    /** An item, or null to end one thread. */
    private record Entry<T>(@Nullable T item) {}

    WorkerThreads(
            String role,
            int count,
            ThreadFactory factory,
            Supplier<Consumer<T>> servers,
            Failures unexpected) {
        this.unexpected = unexpected;
        this.what = "a step of " + role;
        for (int i = 0; i < count; i++) {
            Consumer<T> server = servers.get();
            threads.add(factory.newThread(() -> serve(server)));
        }
        threads.forEach(Thread::start);
    }

    @Override
    public void submit(T item) {
        waiting.add(new Entry<>(item));
    }

    @Override
    public int waiting() {
        return waiting.size();
    }

    private void serve(Consumer<T> server) {
        try {
            for (T next = waiting.take().item(); next != null; next = waiting.take().item()) {
                serve(server, next);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(Consumer<T> server, T item) {
        try {
            server.accept(item);
        } catch (RuntimeException | Error failure) {
            // the other items need the thread
            unexpected.note(what, failure);
        }
    }

    @Override
    public void close() {
        threads.forEach(thread -> waiting.add(new Entry<>(null)));
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
