import java.io.File;
import java.nio.file.*;
import java.util.*;
import kafka.log.LogManager;
import kafka.server.builders.LogManagerBuilder;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.*;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;
import scala.jdk.javaapi.CollectionConverters;

/** What a broker's start and an orderly end do to the logs in its log.dirs, without a broker that would lead them. With the threads that a broker has by default. Arguments: a file with a line "topic name value" for each config of a topic; log.dirs. Prints how many milliseconds the start took. */
public class Recovery {
    static final long NEVER = 1_000_000_000L;

    public static void main(String[] args) throws Exception {
        Map<String, Properties> configs = new HashMap<>();
        for (String line : Files.readAllLines(Path.of(args[0]))) {
            String[] words = line.split(" ", 3);
            configs.computeIfAbsent(words[0], topic -> new Properties()).put(words[1], words[2]);
        }
        List<File> dirs = Arrays.stream(args).skip(1).map(File::new).toList();
        KafkaScheduler scheduler = new KafkaScheduler(2);
        scheduler.startup();
        BrokerTopicStats stats = new BrokerTopicStats();
        LogManager manager = new LogManagerBuilder()
            .setLogDirs(dirs)
            .setConfigRepository((ConfigResource resource) -> configs.getOrDefault(resource.name(), new Properties()))
            .setInitialDefaultConfig(new LogConfig(Map.of("segment.index.bytes", 1048576)))
            .setCleanerConfig(new CleanerConfig(false))
            .setProducerStateManagerConfig(86_400_000, false)
            .setInitialTaskDelayMs(NEVER)
            .setRecoveryThreadsPerDataDir(2)
            .setScheduler(scheduler)
            .setBrokerTopicStats(stats)
            .setRemoteStorageSystemEnable(true)
            .setLogDirFailureChannel(new LogDirFailureChannel(dirs.size()))
            .build();
        long begun = System.nanoTime();
        manager.startup(CollectionConverters.asScala(configs.keySet()).toSet(), log -> false);
        System.out.println((System.nanoTime() - begun) / 1_000_000);
        manager.shutdown(-1);
        scheduler.shutdown();
        stats.close();
        if (manager.liveLogDirs().size() != dirs.size()) throw new IllegalStateException("a log.dir is offline");
    }
}
