package mortise.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;

/** Why something failed is told to its root, in one line. */
class CausesTest {
    @Test
    void theWholeChainIsTold() {
        Exception failure =
                new IllegalStateException(
                        "reading rules", new IOException("db:5432", new ConnectException()));
        assertThat(Causes.line(failure))
                .isEqualTo(
                        "java.lang.IllegalStateException: reading rules, caused by java.io.IOException: db:5432, caused by java.net.ConnectException");
    }

    @Test
    void aMessageThatOnlyRepeatsItsCauseIsLeftOut() {
        assertThat(Causes.line(new RuntimeException(new IOException("gone"))))
                .isEqualTo("java.lang.RuntimeException, caused by java.io.IOException: gone");
        assertThat(Causes.line(new UncheckedIOException("reading", new IOException("gone"))))
                .isEqualTo(
                        "java.io.UncheckedIOException: reading, caused by java.io.IOException: gone");
        assertThat(Causes.line(new ExceptionInInitializerError(new IOException("gone"))))
                .isEqualTo(
                        "java.lang.ExceptionInInitializerError, caused by java.io.IOException: gone");
    }

    @Test
    void whateverMessagesHoldItIsOneLine() {
        assertThat(Causes.line(new IOException("two\n  lines\u001b[2J")))
                .isEqualTo("java.io.IOException: two lines\\x1b[2J");
    }

    @Test
    void longMessagesAndDeepChainsAreCut() {
        Throwable deep = new IOException("x".repeat(100_000));
        for (int i = 0; i < 1_000; i++) {
            deep = new IllegalStateException("y".repeat(100_000), deep);
        }
        assertThat(Causes.line(deep)).hasSizeLessThan(4_000).endsWith(", and more causes");
    }

    @Test
    void aFailureThatCannotSpeakIsToldByItsClass() {
        Exception mute =
                new IllegalStateException("unheard") {
                    private static final long serialVersionUID = 1L;

                    @Override
                    public String getMessage() {
                        throw new UnsupportedOperationException();
                    }

                    @Override
                    public synchronized Throwable getCause() {
                        throw new UnsupportedOperationException();
                    }
                };
        assertThat(Causes.line(mute)).isEqualTo(mute.getClass().getName());
    }
}
