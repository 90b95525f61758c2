package mortise.bench.command;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Where reports go. */
final class Reports {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Reports() {}

    static Path directory(Instant begun, String name) {
        return Path.of("bench/target/reports")
                .resolve(TIME.format(begun) + "-" + name.replaceAll("[^A-Za-z0-9._-]", "-"))
                .toAbsolutePath();
    }
}
