package mortise.broker.plugin.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryModuleTest {
    @TempDir private Path directory;

    private LibraryModule module() throws IOException {
        new SmallJar()
                .type("left.Thing")
                .file("text/both.txt", "a")
                .write(directory.resolve("a.jar"));
        new SmallJar()
                .type("right.Thing")
                .file("text/", "")
                .file("text/both.txt", "b")
                .file("text/one.txt", "b")
                .write(directory.resolve("b.jar"));
        return LibraryModule.of(
                ModuleDescriptor.newOpenModule("any").build(),
                FolderJars.read(FolderJars.files(directory)));
    }

    @Test
    void theFirstJarThatHoldsANameWins() throws IOException {
        try (ModuleReader reader = module().open()) {
            assertThat(reader.list())
                    .containsExactly(
                            "left/Thing.class",
                            "right/Thing.class",
                            "text/",
                            "text/both.txt",
                            "text/one.txt");
            assertThat(reader.find("text/both.txt").orElseThrow().toString())
                    .endsWith("a.jar!/text/both.txt");
            assertThat(reader.find("text/one.txt").orElseThrow().toString())
                    .endsWith("b.jar!/text/one.txt");
            assertThat(reader.find("text/").orElseThrow().toString()).endsWith("b.jar!/text/");
            for (String none : List.of("text", "text/none.txt", "none/text.txt", "none", "")) {
                assertThat(reader.find(none)).as(none).isEmpty();
                assertThat(reader.open(none)).as(none).isEmpty();
            }
        }
    }

    @Test
    void aJarIsOpenedWhenANameMayBeInIt() throws IOException {
        LibraryModule module = module();
        Files.delete(directory.resolve("a.jar"));
        try (ModuleReader reader = module.open()) {
            assertThat(reader.find("right/Thing.class")).isPresent();
            assertThat(reader.find("none/Thing.class")).isEmpty();
            assertThatThrownBy(() -> reader.find("left/Thing.class"))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aClosedReaderReadsNoMore() throws IOException {
        ModuleReader reader = module().open();
        assertThat(reader.find("left/Thing.class")).isPresent();
        reader.close();
        assertThatThrownBy(() -> reader.find("left/Thing.class")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> reader.find("right/Thing.class")).isInstanceOf(IOException.class);
    }
}
