import java.io.File;
import java.util.*;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.*;
import org.apache.kafka.storage.internals.utils.Throttler;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

/** What a broker's log cleaner does to partitions whose active segments are closed before, without a broker, at a time that is given. Arguments: milliseconds since 1970; bytes of the dedupe buffer; folders of partitions, each followed by its first dirty offset; "--", and name=value for each config of their topics. Prints how many milliseconds the cleaner took, and for each partition where its next cleaning would begin. */
public class Cleaning {
    static final int IO_BUFFER = 524288 / 2;

    public static void main(String[] args) throws Exception {
        long now = Long.parseLong(args[0]);
        OffsetMap map = new SkimpyOffsetMap(Integer.parseInt(args[1]));
        List<String> words = List.of(args).subList(2, args.length);
        int end = words.indexOf("--");
        Properties configs = new Properties();
        for (String config : words.subList(end + 1, words.size())) {
            configs.put(config.substring(0, config.indexOf('=')), config.substring(config.indexOf('=') + 1));
        }
        Throttler throttler = new Throttler(Double.MAX_VALUE, 300, "cleaner-io", "bytes", Time.SYSTEM);
        Cleaner cleaner = new Cleaner(0, map, IO_BUFFER, 1048588, 0.9, throttler, Time.SYSTEM, partition -> { });
        KafkaScheduler scheduler = new KafkaScheduler(1);
        scheduler.startup();
        BrokerTopicStats stats = new BrokerTopicStats();
        long taken = 0;
        StringBuilder ends = new StringBuilder();
        for (int at = 0; at < end; at += 2) {
            UnifiedLog log = open(new File(words.get(at)), new LogConfig(configs), scheduler, stats);
            if (log.activeSegment().size() > 0) log.roll(Optional.empty());
            log.updateHighWatermark(log.logEndOffset());
            long next = Long.parseLong(words.get(at + 1));
            long bound = Math.min(log.lastStableOffset(), log.activeSegment().baseOffset());
            long begun = System.nanoTime();
            while (true) {
                LogToClean dirty = new LogToClean(log, next, Math.max(next, bound), false);
                if (dirty.cleanableBytes() == 0 || next >= dirty.firstUncleanableOffset()) break;
                next = cleaner.doClean(dirty, now).getKey();
            }
            taken += System.nanoTime() - begun;
            ends.append(' ').append(next);
            log.close();
        }
        scheduler.shutdown();
        stats.close();
        System.out.println(taken / 1_000_000 + ends.toString());
    }

    static UnifiedLog open(File folder, LogConfig config, KafkaScheduler scheduler, BrokerTopicStats stats) throws Exception {
        return UnifiedLog.create(folder, config, 0, Long.MAX_VALUE, scheduler, stats, Time.SYSTEM, 900_000, new ProducerStateManagerConfig(86_400_000, false), 600_000, new LogDirFailureChannel(1), true, Optional.empty());
    }
}
