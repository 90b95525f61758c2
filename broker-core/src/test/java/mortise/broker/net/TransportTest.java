package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Event loops start when they first have something to do, which may be in a plugin's call. */
class TransportTest {
    @Test
    void anEventLoopIsTheBrokersThoughAPluginNeedsItFirst() throws Exception {
        EventLoopGroup loops = Transport.best().loops(1);
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader plugins = new URLClassLoader(new URL[0], before)) {
            Thread.currentThread().setContextClassLoader(plugins);
            Future<ClassLoader> carried =
                    loops.submit(() -> Thread.currentThread().getContextClassLoader());
            assertThat(carried.get()).isEqualTo(Transport.class.getClassLoader());
        } finally {
            Thread.currentThread().setContextClassLoader(before);
            loops.shutdownGracefully().sync();
        }
    }
}
