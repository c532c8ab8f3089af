-- WaveSteps
SELECT DISTINCT wave, step FROM wave_event WHERE wave IN ({waves:Array(UInt32)}) AND owner = ''
