package mortise.tck.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Paths of a simulated disk against those of the machine, which are Unix paths. */
class SimPathTest {
    private static final List<String> TEXTS =
            List.of(
                    "/",
                    "/a",
                    "/a/b",
                    "a",
                    "a/b",
                    "",
                    "..",
                    "../a",
                    "/../a",
                    "a/./b/../c",
                    "/a//b/",
                    "a/../..",
                    "/a/b/c",
                    "b",
                    "b/c");

    private final FileSystem sim = SimDisk.create(1).fileSystem();
    private final FileSystem real = FileSystems.getDefault();

    @Test
    void aPathHasTheNamesThatARealOneHas() {
        for (String text : TEXTS) {
            Path mine = sim.getPath(text);
            Path theirs = real.getPath(text);
            assertThat(mine.toString()).as(text).isEqualTo(theirs.toString());
            assertThat(text(mine.getParent())).as(text).isEqualTo(text(theirs.getParent()));
            assertThat(text(mine.getFileName())).as(text).isEqualTo(text(theirs.getFileName()));
            assertThat(text(mine.getRoot())).as(text).isEqualTo(text(theirs.getRoot()));
            assertThat(mine.getNameCount()).as(text).isEqualTo(theirs.getNameCount());
            assertThat(mine.isAbsolute()).as(text).isEqualTo(theirs.isAbsolute());
            assertThat(mine.normalize().toString())
                    .as(text)
                    .isEqualTo(theirs.normalize().toString());
        }
    }

    @Test
    void twoPathsRelateAsRealOnesDo() {
        for (String left : TEXTS) {
            for (String right : TEXTS) {
                String pair = left + " and " + right;
                Path mine = sim.getPath(left);
                Path theirs = real.getPath(left);
                assertThat(mine.resolve(right).toString())
                        .as(pair)
                        .isEqualTo(theirs.resolve(right).toString());
                assertThat(mine.resolveSibling(right).toString())
                        .as(pair)
                        .isEqualTo(theirs.resolveSibling(right).toString());
                assertThat(mine.startsWith(right)).as(pair).isEqualTo(theirs.startsWith(right));
                assertThat(mine.endsWith(right)).as(pair).isEqualTo(theirs.endsWith(right));
                assertThat(mine.equals(sim.getPath(right)))
                        .as(pair)
                        .isEqualTo(theirs.equals(real.getPath(right)));
                assertThat(Integer.signum(mine.compareTo(sim.getPath(right))))
                        .as(pair)
                        .isEqualTo(Integer.signum(theirs.compareTo(real.getPath(right))));
            }
        }
    }

    @Test
    void relativePathsLeadBack() {
        for (String left : List.of("/", "/a", "/a/b", "/a/b/c", "/b")) {
            for (String right : List.of("/", "/a", "/a/b", "/a/b/c", "/b")) {
                assertThat(sim.getPath(left).relativize(sim.getPath(right)).toString())
                        .isEqualTo(real.getPath(left).relativize(real.getPath(right)).toString());
            }
        }
    }

    @Test
    void globsMatchAsOnTheMachine() {
        for (String glob : List.of("*.log", "*.{log,index}", "0?.log", "[0-9]*", "**", "a*b")) {
            for (String name : List.of("00.log", "00.index", "x.log.deleted", "aXb", "0.log")) {
                assertThat(sim.getPathMatcher("glob:" + glob).matches(sim.getPath(name)))
                        .as(glob + " on " + name)
                        .isEqualTo(real.getPathMatcher("glob:" + glob).matches(real.getPath(name)));
            }
        }
    }

    private static String text(Path path) {
        return String.valueOf(path);
    }
}
