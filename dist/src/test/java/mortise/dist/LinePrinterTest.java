package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is printed steers no terminal, and what cannot be printed is a failure. */
class LinePrinterTest {
    private static final String EVIL = "orders\u001b]0;owned\u0007\nforged\u009b2J";

    @Test
    void aLineIsOneLineWhateverStandsInIt() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        LinePrinter out = new LinePrinter(bytes);
        out.println(EVIL);
        out.println((Object) "Äpfel");
        out.flush();
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .isEqualTo("orders\\x1b]0;owned\\x07\\x0aforged\\x9b2J\nÄpfel\n");
    }

    @Test
    void jsonHoldsTheTextAndNoControl() {
        StringWriter out = new StringWriter();
        Json.write(out, Map.of("topic", List.of(EVIL + "\u007f\u202eÄ🍎")));
        assertThat(out)
                .hasToString(
                        "{\"topic\":[\"orders\\u001B]0;owned\\u0007\\nforged\\u009b2J\\u007F\\u202eÄ🍎\"]}");
    }

    @Test
    void aFailureToWriteIsThrownOnceAndWithItsReason() {
        StandardOutput full = new StandardOutput(failing("No space left on device"));
        LinePrinter out = new LinePrinter(full);
        out.println("x");
        assertThatThrownBy(out::flush)
                .isInstanceOfSatisfying(
                        OutputFailedException.class,
                        failed -> assertThat(failed.readerLeft()).isFalse())
                .hasMessage("cannot write the output: No space left on device");
        out.println("y");
        out.flush();
    }

    @Test
    void aReaderThatLeftIsToldFromAFullDisk() {
        StandardOutput closed = new StandardOutput(failing("Broken pipe"));
        assertThatThrownBy(() -> closed.write(1))
                .isInstanceOfSatisfying(
                        OutputFailedException.class,
                        failed -> assertThat(failed.readerLeft()).isTrue());
    }

    private static OutputStream failing(String reason) {
        return new OutputStream() {
            @Override
            public void write(int single) throws IOException {
                throw new IOException(reason);
            }
        };
    }
}
