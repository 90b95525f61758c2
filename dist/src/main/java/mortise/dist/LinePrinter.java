package mortise.dist;

import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import mortise.api.ForeignText;

/**
 * Prints for people: what is printed as a line is one, and steers no terminal, whoever chose the
 * topic's or plugin's name that stands in it. Failures to write are those of the stream below.
 */
final class LinePrinter extends PrintWriter {
    LinePrinter(OutputStream out) {
        super(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    }

    @Override
    public void println(String line) {
        super.println(ForeignText.escaped(line));
    }

    @Override
    public void println(Object line) {
        println(String.valueOf(line));
    }
}
