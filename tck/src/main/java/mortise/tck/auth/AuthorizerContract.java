package mortise.tck.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import mortise.api.config.Config;
import mortise.spi.Provider;
import mortise.spi.auth.Action;
import mortise.spi.auth.Authorizer;
import mortise.spi.auth.AuthorizerProvider;
import mortise.spi.auth.Operation;
import mortise.spi.auth.Principal;
import mortise.spi.auth.ResourceType;
import mortise.tck.plugin.PluginContract;
import mortise.tck.plugin.SideEffects;
import mortise.tck.plugin.Started;
import org.junit.jupiter.api.Test;

/**
 * What every authoriser does: decide anything that it is asked, from memory, from many threads, and
 * without ever waiting, since event loops ask it.
 */
public interface AuthorizerContract extends PluginContract {
    /** How often each action is asked; enough for a rare wait to be seen. */
    int ROUNDS = 200;

    @Override
    AuthorizerProvider provider();

    @Override
    default Class<? extends Provider<?>> service() {
        return AuthorizerProvider.class;
    }

    @Override
    default String kind() {
        return "authorizer";
    }

    /** Who asks, in these tests. */
    default Principal principal() {
        return Principal.ANONYMOUS;
    }

    private Authorizer authorizer() {
        Authorizer made = provider().create(Config.of(provider().config(), settings()), context());
        return Started.of(made);
    }

    private String named() {
        return "authorizer plugin '" + provider().name() + "'";
    }

    private static List<Action> actions() {
        List<Action> all = new ArrayList<>();
        for (Operation operation : Operation.values()) {
            for (ResourceType type : ResourceType.values()) {
                for (String name :
                        List.of("", "orders", Action.CLUSTER_NAME, "ä/*\n", "x".repeat(300))) {
                    all.add(new Action(operation, type, name));
                }
            }
        }
        return all;
    }

    @Test
    default void itDecidesWhateverItIsAsked() {
        try (Authorizer authorizer = authorizer()) {
            for (Action action : actions()) {
                boolean first = authorizer.allows(principal(), "192.0.2.1", action);
                assertThat(authorizer.allows(principal(), "192.0.2.1", action))
                        .as("whether %s allows %s, asked again", named(), action)
                        .isEqualTo(first);
            }
        }
    }

    @Test
    default void itDecidesAlikeOnManyThreads() throws Exception {
        try (Authorizer authorizer = authorizer()) {
            List<Boolean> expected = decisions(authorizer);
            List<FutureTask<List<Boolean>>> tasks = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                FutureTask<List<Boolean>> task = new FutureTask<>(() -> decisions(authorizer));
                Thread.ofPlatform().daemon(true).start(task);
                tasks.add(task);
            }
            for (FutureTask<List<Boolean>> task : tasks) {
                assertThat(task.get())
                        .as(
                                "what %s decides on one of four threads, compared with what it decided on one",
                                named())
                        .isEqualTo(expected);
            }
        }
    }

    private List<Boolean> decisions(Authorizer authorizer) {
        return actions().stream()
                .map(action -> authorizer.allows(principal(), "192.0.2.1", action))
                .toList();
    }

    /** No file, no connection, no look-up, from the first question on. */
    @Test
    default void decidingOnlyComputes() throws Exception {
        try (Authorizer authorizer = authorizer()) {
            List<Boolean> loadsClasses = decisions(authorizer);
            assertThat(loadsClasses).as("decisions of %s", named()).isNotEmpty();
        }
        try (Authorizer authorizer = authorizer()) {
            assertThat(SideEffects.of(() -> decisions(authorizer)))
                    .as(
                            "what allows of %s does beside deciding from memory; read in start(), and keep up to date on a thread or timer of the context",
                            named())
                    .isEmpty();
        }
    }

    @Test
    default void anEventLoopThatAsksItNeverWaits() throws Exception {
        try (Authorizer authorizer = authorizer()) {
            Callable<Long> asking =
                    () -> {
                        decisions(authorizer); // loads classes, which may wait
                        long before = waits();
                        for (int i = 0; i < ROUNDS; i++) {
                            decisions(authorizer);
                        }
                        return waits() - before;
                    };
            FutureTask<Long> task = new FutureTask<>(asking);
            Thread.ofPlatform().daemon(true).name("net-0").start(task);
            assertThat(task.get())
                    .as(
                            "how often an event loop that asked %s waited or was blocked; decide from memory",
                            named())
                    .isZero();
        }
    }

    private static long waits() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        ThreadInfo self = threads.getThreadInfo(Thread.currentThread().threadId());
        return self.getBlockedCount() + self.getWaitedCount();
    }
}
