package mortise.broker.flush;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import mortise.spi.storage.PartitionLog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FlushTicketTest {
    private final ArrayDeque<FlushTicket> line = new ArrayDeque<>();
    private final List<String> heard = new ArrayList<>();
    private @Nullable Runnable duringSync;
    private @Nullable Error failure;
    private final FlushTicket ticket =
            new FlushTicket(
                    new FlushWorkers() {
                        @Override
                        public void submit(FlushTicket asked) {
                            line.add(asked);
                        }

                        @Override
                        public void close() {}
                    },
                    syncOnly(),
                    new FlushListener() {
                        @Override
                        public void flushed() {
                            heard.add("flushed");
                        }

                        @Override
                        public void flushFailed(RuntimeException cause) {
                            heard.add(String.valueOf(cause.getMessage()));
                        }
                    });

    private PartitionLog syncOnly() {
        return (PartitionLog)
                Proxy.newProxyInstance(
                        PartitionLog.class.getClassLoader(),
                        new Class<?>[] {PartitionLog.class},
                        (proxy, method, arguments) -> {
                            assertThat(method.getName()).isEqualTo("sync");
                            if (duringSync != null) {
                                duringSync.run();
                            }
                            if (failure != null) {
                                throw failure;
                            }
                            return null;
                        });
    }

    @Test
    void whoAsksWhileItWaitsSharesTheSync() {
        ticket.request();
        ticket.request();

        assertThat(line).hasSize(1);
        line.remove().serve();
        assertThat(heard).containsExactly("flushed");
        assertThat(line).isEmpty();
    }

    @Test
    void whoAsksDuringASyncGetsAnother() {
        duringSync =
                () -> {
                    duringSync = null;
                    ticket.request();
                    ticket.request();
                };
        ticket.request();

        line.remove().serve();
        assertThat(line).hasSize(1);
        line.remove().serve();

        assertThat(heard).containsExactly("flushed", "flushed");
        assertThat(line).isEmpty();
    }

    @Test
    void anErrorIsAFailedSyncAndTheTicketGoesOn() {
        failure = new StackOverflowError("too deep");
        ticket.request();
        line.remove().serve();
        assertThat(heard).singleElement().asString().contains("too deep");

        failure = null;
        ticket.request();
        line.remove().serve();
        assertThat(heard).hasSize(2).last().isEqualTo("flushed");
    }
}
