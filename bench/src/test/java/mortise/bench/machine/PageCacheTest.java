package mortise.bench.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That what the bench calls cold is, on a disk: a file system in memory keeps its pages. */
class PageCacheTest {
    private static final int PAGE = 4_096;
    private static final int PAGES = 256;

    private final Path file = Path.of("target", "page-cache.data");

    @BeforeEach
    void write() throws IOException {
        Files.write(file, new byte[PAGES * PAGE - 1]);
    }

    @Test
    void whatWasJustWrittenIsInMemoryAndIsForgottenOnDemand() throws IOException {
        assertThat(PageCache.of(file)).isEqualTo(new PageCache.Pages(PAGES, PAGES));

        PageCache.forget(file);

        assertThat(PageCache.of(file)).isEqualTo(new PageCache.Pages(0, PAGES));
        assertThat(Files.readAllBytes(file)).hasSize(PAGES * PAGE - 1);
        assertThat(PageCache.of(file).residentShare()).isEqualTo(1);
    }

    @Test
    void whatIsReadAgainIsSeen() throws IOException {
        PageCache.forget(file);
        try (SeekableByteChannel out = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            out.position((long) PAGE * 100).write(ByteBuffer.allocate(PAGE));
        }
        assertThat(PageCache.of(file)).isEqualTo(new PageCache.Pages(1, PAGES));
    }

    @Test
    void anEmptyFileHasNoPages() throws IOException {
        Files.write(file, new byte[0]);
        PageCache.forget(file);
        assertThat(PageCache.of(file)).isEqualTo(PageCache.Pages.NONE);
        assertThat(PageCache.of(file).residentShare()).isZero();
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        Path none = Path.of("target", "none.data");
        assertThatThrownBy(() -> PageCache.forget(none))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("open of target/none.data failed with error 2");
        assertThatThrownBy(() -> PageCache.of(none))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none.data");
    }
}
