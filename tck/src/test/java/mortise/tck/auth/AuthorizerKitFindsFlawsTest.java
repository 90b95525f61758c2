package mortise.tck.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

/** A kit that cannot fail proves nothing: each flaw of an authoriser is found. */
@SuppressWarnings("JUnitMethodInvoked") // the tests of the kit are what is tested
class AuthorizerKitFindsFlawsTest {
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
        kit.closingItLeavesNoThreadBehind();
        kit.itNeverEndsTheProcess();
        kit.itDecidesWhateverItIsAsked();
        kit.itDecidesAlikeOnManyThreads();
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
