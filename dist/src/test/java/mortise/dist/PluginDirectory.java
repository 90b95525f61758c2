package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A directory of plugin folders, and the assembled broker that looks into it.
 *
 * @param directory where the folders, the broker's data and its log are
 */
record PluginDirectory(Path directory) {
    /** Where a plugin's jars go. */
    Path folder(String name) {
        return plugins().resolve(name);
    }

    Path plugins() {
        return directory.resolve("plugins");
    }

    /** What {@code mortise plugins} says, as JSON. */
    String list() {
        BrokerProcess.Finished listed =
                BrokerProcess.run("plugins", "-o", "json", "--set", setting());
        assertThat(listed.err()).isEmpty();
        assertThat(listed.status()).isZero();
        return listed.out();
    }

    BrokerProcess start(String... settings) {
        return BrokerProcess.start(data(), arguments(settings));
    }

    BrokerProcess.Finished startFails(String... settings) {
        List<String> command =
                new ArrayList<>(
                        List.of("start", "--listen", "127.0.0.1:0", "--data", data().toString()));
        command.addAll(List.of(arguments(settings)));
        BrokerProcess.Finished failed = BrokerProcess.run(command.toArray(String[]::new));
        assertThat(failed.status()).as(failed.err()).isEqualTo(1);
        return failed;
    }

    /** Runs a command that is no broker, and finds the folders by its environment. */
    BrokerProcess.Finished client(
            Map<String, String> environment, String input, String... arguments) {
        Map<String, String> all = new HashMap<>(environment);
        all.put("MORTISE_PLUGINS__DIRECTORY", plugins().toString());
        return BrokerProcess.run(all, BrokerProcess.command(List.of(arguments)), input);
    }

    /** What the brokers on this directory have logged. */
    String log() {
        try {
            return Files.readString(directory.resolve("data.log"));
        } catch (IOException failure) {
            throw new UncheckedIOException("reading the broker's log", failure);
        }
    }

    /** What a command that failed says to people, without what it logged. */
    static String lastLine(BrokerProcess.Finished finished) {
        return finished.err()
                .lines()
                .filter(line -> line.startsWith("mortise: "))
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    private Path data() {
        return directory.resolve("data");
    }

    private String setting() {
        return "plugins.directory=" + plugins();
    }

    private String[] arguments(String... settings) {
        List<String> all = new ArrayList<>(List.of("--set", setting()));
        for (String each : settings) {
            all.addAll(List.of("--set", each));
        }
        return all.toArray(String[]::new);
    }
}
