package mortise.tck.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;
import mortise.spi.PluginContext;
import mortise.spi.auth.Action;
import mortise.spi.auth.Authorizer;
import mortise.spi.auth.AuthorizerProvider;
import mortise.spi.auth.Principal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A kit that cannot fail proves nothing: each flaw of an authoriser is found. */
@SuppressWarnings("JUnitMethodInvoked") // the tests of the kit are what is tested
class AuthorizerKitFindsFlawsTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir private Path directory;

    /** An authoriser that allows everything, for flaws to be put into. */
    private static class Gate implements AuthorizerProvider {
        @Override
        public String name() {
            return "gate";
        }

        @Override
        public ConfigSchema config() {
            return ConfigSchema.empty();
        }

        @Override
        public Authorizer create(Config config, PluginContext context) {
            return new Authorizer() {
                @Override
                public boolean allows(Principal principal, String host, Action action) {
                    return decide(action);
                }

                @Override
                public void close() {}
            };
        }

        boolean decide(Action action) {
            return action.name().isEmpty();
        }
    }

    private static AuthorizerContract kitOf(AuthorizerProvider provider) {
        return () -> provider;
    }

    @Test
    void aSoundOnePasses() throws Exception {
        AuthorizerContract kit = kitOf(new Gate());
        kit.itsNameIsLowerCaseWithDashes();
        kit.itsKeysBearItsNameAndAreDocumented();
        kit.creatingItStartsNoThread();
        kit.creatingItOnlyComputes();
        kit.itSaysNothingOfFailuresOnceItHasStarted();
        kit.closingItLeavesNoThreadBehind();
        kit.itNeverEndsTheProcess();
        kit.itDecidesWhateverItIsAsked();
        kit.itDecidesAlikeOnManyThreads();
        kit.decidingOnlyComputes();
        kit.anEventLoopThatAsksItNeverWaits();
    }

    @Test
    void oneThatNobodyDeclaredIsFoundOut() {
        assertThatThrownBy(() -> kitOf(new Gate()).itIsFoundAsAService())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("META-INF/services");
    }

    @Test
    void oneThatBlocksAnEventLoopIsFoundOut() {
        AtomicInteger asked = new AtomicInteger();
        AuthorizerContract kit =
                kitOf(
                        new Gate() {
                            @Override
                            boolean decide(Action action) {
                                // a lookup that is mostly cached
                                if (asked.incrementAndGet() % 5_000 == 0) {
                                    LockSupport.parkNanos(1_000);
                                }
                                return true;
                            }
                        });
        assertThatThrownBy(kit::anEventLoopThatAsksItNeverWaits)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("decide from memory");
    }

    /** Something that an authoriser does in the wrong place. */
    interface Deed {
        Object done() throws Exception;
    }

    private static Object done(Deed deed) {
        try {
            return deed.done();
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    @SuppressWarnings("WaitNotInLoop") // waiting is the deed
    static List<Arguments> deeds() throws IOException {
        Path file = Files.writeString(Files.createTempFile("rules", ".txt"), "orders");
        file.toFile().deleteOnExit();
        Deed read = () -> Files.readString(file);
        Deed readOldStyle =
                () -> {
                    try (InputStream in = new FileInputStream(file.toFile())) {
                        return in.read();
                    }
                };
        Deed look = () -> Files.exists(file);
        Deed lookOldStyle = () -> file.toFile().length();
        Deed resolve = () -> InetAddress.getAllByName("127.0.0.1");
        Deed connect =
                () -> {
                    try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK);
                            Socket socket = new Socket(LOOPBACK, server.getLocalPort())) {
                        return socket.isConnected();
                    }
                };
        Deed pause =
                () -> {
                    LockSupport.parkNanos(1_000);
                    return true;
                };
        Deed wait =
                () -> {
                    Object monitor = new Object();
                    synchronized (monitor) {
                        monitor.wait(1);
                    }
                    return true;
                };
        Deed start =
                () -> {
                    Thread.ofPlatform().daemon(true).start(() -> {});
                    return true;
                };
        return List.of(
                Arguments.of("calls java.nio.file.Files.readString", read),
                Arguments.of("reads file " + file, readOldStyle),
                Arguments.of("calls java.nio.file.Files.exists", look),
                Arguments.of("calls java.io.File.length", lookOldStyle),
                Arguments.of("calls java.net.InetAddress.getAllByName", resolve),
                Arguments.of("calls java.net.Socket.connect", connect),
                Arguments.of("waits (parks)", pause),
                Arguments.of("waits in Object.wait", wait),
                Arguments.of("calls java.lang.Thread.start", start));
    }

    @ParameterizedTest
    @MethodSource("deeds")
    void oneThatDoesMoreThanComputeWhenItIsAskedIsFoundOut(String told, Deed deed) {
        AuthorizerContract kit =
                kitOf(
                        new Gate() {
                            @Override
                            boolean decide(Action action) {
                                // for one topic only, as a cache that misses
                                return !action.name().equals("orders") || done(deed) != null;
                            }
                        });
        assertThatThrownBy(kit::decidingOnlyComputes)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("authorizer plugin 'gate'")
                .hasMessageContaining("read in start()")
                .hasMessageContaining(told)
                .hasMessageContaining("AuthorizerKitFindsFlawsTest");
    }

    @ParameterizedTest
    @MethodSource("deeds")
    void oneThatDoesMoreThanAllocateWhenItIsMadeIsFoundOut(String told, Deed deed) {
        AuthorizerContract kit =
                kitOf(
                        new Gate() {
                            @Override
                            public Authorizer create(Config config, PluginContext context) {
                                assertThat(done(deed)).isNotNull();
                                return super.create(config, context);
                            }
                        });
        assertThatThrownBy(kit::creatingItOnlyComputes)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("move it to start()")
                .hasMessageContaining(told);
    }

    @Test
    void oneThatLooksIntoItsDataDirectoryWhenItIsMadeIsFoundOut() {
        AuthorizerContract kit =
                kitOf(
                        new Gate() {
                            @Override
                            public Authorizer create(Config config, PluginContext context) {
                                assertThat(Files.isDirectory(context.dataDirectory())).isTrue();
                                return super.create(config, context);
                            }
                        });
        assertThatThrownBy(kit::creatingItOnlyComputes)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("calls java.nio.file.Files.isDirectory");
    }

    @Test
    void oneThatReadsWhenItIsFirstAskedIsFoundOut() throws IOException {
        Path file = Files.writeString(directory.resolve("rules"), "orders");
        AuthorizerContract kit =
                kitOf(
                        new Gate() {
                            @Override
                            public Authorizer create(Config config, PluginContext context) {
                                return new LazyAuthorizer(file);
                            }
                        });
        assertThatThrownBy(kit::decidingOnlyComputes)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("calls java.nio.file.Files.readString");
    }

    private static final class LazyAuthorizer implements Authorizer {
        private final Path file;
        private String rules = "";

        LazyAuthorizer(Path file) {
            this.file = file;
        }

        @Override
        public boolean allows(Principal principal, String host, Action action) {
            if (rules.isEmpty()) {
                rules = (String) done(() -> Files.readString(file));
            }
            return action.name().equals(rules);
        }

        @Override
        public void close() {}
    }

    @Test
    void oneThatReadsWhenItStartsPasses() throws Exception {
        Path file = Files.writeString(directory.resolve("rules"), "orders");
        AuthorizerContract kit =
                kitOf(
                        new Gate() {
                            @Override
                            public Authorizer create(Config config, PluginContext context) {
                                return new StartedAuthorizer(file);
                            }
                        });
        kit.creatingItOnlyComputes();
        kit.decidingOnlyComputes();
        kit.itDecidesWhateverItIsAsked();
    }

    private static final class StartedAuthorizer implements Authorizer {
        private final Path file;
        private String rules = "";

        StartedAuthorizer(Path file) {
            this.file = file;
        }

        @Override
        public void start() throws IOException {
            rules = Files.readString(file);
        }

        @Override
        public boolean allows(Principal principal, String host, Action action) {
            if (rules.isEmpty()) {
                throw new IllegalStateException("asked before it was started");
            }
            return action.name().equals(rules);
        }

        @Override
        public void close() {}
    }

    @Test
    void oneThatHasFailedOnceItHasStartedIsFoundOut() {
        AuthorizerContract kit =
                kitOf(
                        new Gate() {
                            @Override
                            public Authorizer create(Config config, PluginContext context) {
                                return new FailedAuthorizer();
                            }
                        });
        assertThatThrownBy(kit::itSaysNothingOfFailuresOnceItHasStarted)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("right after start()")
                .hasMessageContaining("nobody home");
    }

    private static final class FailedAuthorizer implements Authorizer {
        @Override
        public boolean allows(Principal principal, String host, Action action) {
            return false;
        }

        @Override
        public Optional<String> failure() {
            return Optional.of("nobody home");
        }

        @Override
        public void close() {}
    }

    @Test
    void oneWhoseStartLeavesAThreadBehindIsFoundOut() {
        CountDownLatch end = new CountDownLatch(1);
        AuthorizerContract kit =
                kitOf(
                        new Gate() {
                            @Override
                            public Authorizer create(Config config, PluginContext context) {
                                return new WatchingAuthorizer(end);
                            }
                        });
        try {
            assertThatThrownBy(kit::closingItLeavesNoThreadBehind)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("started and closed")
                    .hasMessageContaining("watch-rules");
        } finally {
            end.countDown();
        }
    }

    private static final class WatchingAuthorizer implements Authorizer {
        private final CountDownLatch end;

        WatchingAuthorizer(CountDownLatch end) {
            this.end = end;
        }

        @Override
        public void start() {
            Thread.ofPlatform()
                    .daemon(true)
                    .name("watch-rules")
                    .start(() -> {
                        while (end.getCount() > 0) {
                            LockSupport.parkNanos(1_000_000);
                        }
                    });
        }

        @Override
        public boolean allows(Principal principal, String host, Action action) {
            return false;
        }

        @Override
        public void close() {}
    }

    @Test
    void oneThatChangesItsMindIsFoundOut() {
        AtomicInteger asked = new AtomicInteger();
        AuthorizerContract kit =
                kitOf(
                        new Gate() {
                            @Override
                            boolean decide(Action action) {
                                return asked.incrementAndGet() % 2 == 0;
                            }
                        });
        assertThatThrownBy(kit::itDecidesWhateverItIsAsked).isInstanceOf(AssertionError.class);
    }

    @Test
    void oneThatStartsAThreadWhenItIsMadeIsFoundOut() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        AuthorizerContract kit =
                kitOf(
                        new Gate() {
                            @Override
                            public Authorizer create(Config config, PluginContext context) {
                                Thread.ofPlatform()
                                        .daemon(true)
                                        .name("eager")
                                        .start(() -> {
                                            while (end.getCount() > 0) {
                                                LockSupport.parkNanos(1_000_000);
                                            }
                                        });
                                return super.create(config, context);
                            }
                        });
        try {
            assertThatThrownBy(kit::creatingItStartsNoThread)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("eager");
            assertThatThrownBy(kit::closingItLeavesNoThreadBehind)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("eager");
        } finally {
            end.countDown();
        }
    }

    @Test
    void keysOfOthersAreFoundOut() {
        AuthorizerContract kit =
                kitOf(
                        new Gate() {
                            @Override
                            public ConfigSchema config() {
                                return ConfigSchema.of(
                                        ConfigKey.of("node.id", ConfigType.INT, "Not its own."));
                            }
                        });
        assertThatThrownBy(kit::itsKeysBearItsNameAndAreDocumented)
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void oneThatEndsTheProcessIsFoundOutWithoutEndingIt() throws Exception {
        Path source =
                Files.writeString(
                        directory.resolve("Exit.java"),
                        """
                        import mortise.api.config.*;
                        import mortise.spi.*;
                        import mortise.spi.auth.*;

                        public final class Exit implements AuthorizerProvider {
                            public String name() { return "exit"; }
                            public ConfigSchema config() { return ConfigSchema.empty(); }
                            public Authorizer create(Config config, PluginContext context) {
                                System.exit(3);
                                return Authorizer.ALLOW_ALL;
                            }
                        }
                        """);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Path classes = Files.createDirectory(directory.resolve("classes"));
        StringWriter messages = new StringWriter();
        List<String> options = List.of("-proc:none", "-d", classes.toString());
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            assertThat(
                            compiler.getTask(
                                            messages,
                                            files,
                                            null,
                                            options,
                                            null,
                                            files.getJavaFileObjects(source))
                                    .call())
                    .as("%s", messages)
                    .isTrue();
        }
        try (URLClassLoader loader =
                new URLClassLoader(
                        new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
            AuthorizerProvider exit =
                    (AuthorizerProvider)
                            loader.loadClass("Exit").getDeclaredConstructor().newInstance();
            assertThatThrownBy(kitOf(exit)::itNeverEndsTheProcess)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("Exit.class calls java.lang.System.exit");
        }
        assertThatCode(kitOf(new Gate())::itNeverEndsTheProcess).doesNotThrowAnyException();
    }
}
